namespace Nrst.VirtualBench.Chips.Flash.F4;

internal sealed partial class F4Flash
{
    private const uint Sprmod = 1u << 31;

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
        var (from, to) = (Options.Protection, F4OptionBytes.LevelOf(Options.Optcr));
        var lifted = from == ReadProtection.Level1 && to == ReadProtection.Level0;

        // SPRMOD goes only together with level 1 -> 0, and while it stands its sectors cannot be taken out; else nothing is changed.
        var takenOut = Options.Cells[0] & ~Options.Optcr & traits.WriteProtectMask;
        if (Options.Sprmod && !lifted && ((Options.Optcr & Sprmod) == 0 || takenOut != 0))
        {
            Options.Load();
            Refuse(Sr.WRPERR);
            return;
        }

        var all = Map.Units;
        var time = OptionTime + (lifted ? MassEraseTime(all) : 0);
        Begin(lifted ? FlashWork.Regression : FlashWork.Options, now, time, BanksOf(all), part =>
        {
            if (lifted)
            {
                EraseUnits(all, part);
                Chip.ProtectionLifted();
            }

            // Torn off half-way, the option sector still holds its old words: the mass erase comes first, the level falls last.
            if (part >= 1)
            {
                Options.Program();
                OptionsChanged();
            }
        });
    }
}
