namespace Nrst.VirtualBench.Chips.Flash.Parallel;

internal abstract partial class ParallelFlash
{
    /// <summary>What OPTCR asks for may come into the cells. A refusal is a write protection error, and the registers are loaded again.</summary>
    /// <param name="lifted">Read protection falls from level 1 to level 0.</param>
    protected virtual bool MayProgramOptions(bool lifted) => true;

    /// <summary>The sectors that are erased where read protection falls.</summary>
    protected virtual IReadOnlyList<FlashUnit> ErasedWithProtection => Map.Units;

    protected void WriteOptionControl(uint value, uint writable, long now)
    {
        if (!OptionsOpen)
        {
            return;
        }

        Options.Control = value & writable;
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
        var lifted = Options.Protection == ReadProtection.Level1 && Options.Asked == ReadProtection.Level0;
        if (!MayProgramOptions(lifted))
        {
            Options.Load();
            Refuse(Sr.WRPERR);
            return;
        }

        var (all, erased) = (Map.Units, ErasedWithProtection);
        var time = OptionTime + (lifted ? MassEraseTime(all) : 0);
        Begin(lifted ? FlashWork.Regression : FlashWork.Options, now, time, BanksOf(all), part =>
        {
            if (lifted)
            {
                EraseUnits(erased, part);
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
