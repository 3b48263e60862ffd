namespace Nrst.VirtualBench.Chips.Stm32F4;

internal sealed partial class FlashController
{
    private const uint Sprmod = 1u << 31;

    /// <summary>Backup SRAM goes with the flash when read-out protection is lifted.</summary>
    public Action? ProtectionLifted { get; set; }

    private bool OptionsOpen => !optionKeys.Locked && Options.Protection != ReadProtection.Level2;

    private void WriteOptions(uint value, long now)
    {
        if (!OptionsOpen)
        {
            return;
        }

        var writable = 0xFFEC | traits.WriteProtectMask | 0x0FFF_0000 | (traits.HasSprmod ? Sprmod : 0)
            | (dualBank ? 1u << 4 | 1u << 30 : 0);
        Options.Optcr = value & writable;
        if ((value & 0b10) != 0)
        {
            ProgramOptions(now);
        }

        if ((value & 0b01) != 0)
        {
            optionKeys.Lock();
        }
    }

    private void ProgramOptions(long now)
    {
        if (ignoresCommands)
        {
            return;
        }

        var (from, to) = (Options.Protection, OptionBytes.LevelOf(Options.Optcr));
        var lifted = from == ReadProtection.Level1 && to == ReadProtection.Level0;

        // SPRMOD goes only together with level 1 -> 0, and while it stands its sectors cannot be taken out; else nothing is changed.
        var takenOut = Options.Cells[0] & ~Options.Optcr & traits.WriteProtectMask;
        if (Options.Sprmod && !lifted && ((Options.Optcr & Sprmod) == 0 || takenOut != 0))
        {
            Options.Load();
            Refuse(Sr.WRPERR);
            return;
        }

        var all = Sectors.Sectors;
        var time = timing.OptionBytes + (lifted ? MassEraseTime(all) : 0);
        Begin(new Operation(now, now + time, Banks(all), lifted, true, part =>
        {
            if (lifted)
            {
                EraseCells(all, false, part);
                ProtectionLifted?.Invoke();
            }

            // Torn off half-way, the option sector still holds its old words: the mass erase comes first, the level falls last.
            if (part >= 1)
            {
                Options.Program();
                Sectors = FlashSectorMap.Of(part: this.part, Options.Cells[0]);
            }
        }));
    }
}
