namespace Nrst.VirtualBench.Chips.Flash.DoubleWord;

// Three copies of the option words: as programmed, as in force since the last load, and as the registers show them.
internal abstract partial class DoubleWordFlash
{
    private readonly uint[] shadow;
    private readonly uint[] loaded;
    private uint otpStart;

    public override uint[] OptionCells { get; }

    public override ReadProtection Protection => LevelOf(InForce(traits.Optr));

    public override bool DebugDisabled =>
        Protection == ReadProtection.Level2 || (Protection == ReadProtection.Level1 && BootLocked);

    public override bool HardwareWatchdog => (InForce(traits.Optr) & 1u << traits.IwdgSoftware) == 0;

    public override bool HardwareWindowWatchdog => (InForce(traits.Optr) & 1u << traits.WwdgSoftware) == 0;

    public override uint BootAddress => BootLocked || Protection == ReadProtection.Level2 ? MainStart : traits.Boot(InForce(traits.Optr), Boot0) switch
    {
        BootMemory.System => SystemStart,
        BootMemory.Sram => 0x2000_0000,
        _ => empty ? SystemStart : MainStart,
    };

    protected override bool ReadsPlainly =>
        base.ReadsPlainly && (cr & ShutBits) == 0 && FirstOfOtherCpu is null && !traits.CodeOnly.Any(area => Bounds(area) is not null);

    private bool BootLocked => traits.BootLock is { } place && (InForce(place.Register) & 1u << place.Bit) != 0;

    protected override uint OptionInForce(uint offset) => InForce(offset);

    /// <summary>An option register by its offset, as it is in force.</summary>
    private uint InForce(uint offset) => IndexOfOption(offset) is >= 0 and var option ? loaded[option] : 0;

    private int IndexOfOption(uint offset)
    {
        for (var i = 0; i < traits.Options.Count; i++)
        {
            if (traits.Options[i].Offset == offset)
            {
                return i;
            }
        }

        return -1;
    }

    private void LoadOptions()
    {
        OptionCells.CopyTo(loaded, 0);
        empty = traits.Empty is not null && Cells.IsErased(0, 4);
    }

    private void StartOptions(long now)
    {
        if ((Flags & Sr.Stale) != 0)
        {
            Refuse(Sr.PGSERR);
            return;
        }

        var wanted = shadow.ToArray();
        var from = LevelOf(OptionCells[IndexOfOption(traits.Optr)]);
        var lifted = from == ReadProtection.Level1 && LevelOf(wanted[IndexOfOption(traits.Optr)]) == ReadProtection.Level0;
        var keepCode = lifted && traits.CodeAreaErase is { } erase && (InForce(erase) & 1u << 31) == 0;
        var all = Map.Units.Where(page => !keepCode || !HasCodeOnly(page)).ToArray();
        if (!lifted || keepCode)
        {
            KeepCodeAreas(wanted);
        }

        // The option words live in a page of their own that is erased and written anew.
        var time = Timing.Unit(Map.Units[0].Range.Length) + (wanted.Length * Timing.Program) + (lifted ? MassEraseTime(Map.Units) : 0);
        if (Begin(lifted ? FlashWork.Regression : FlashWork.Options, now, time, BanksOf(Map.Units), part =>
        {
            if (lifted)
            {
                EraseUnits(all, part);
                Chip.ProtectionLifted();
            }

            // Torn off half-way, the option page still holds its old words: the mass erase comes first, the level falls last.
            if (part >= 1)
            {
                wanted.CopyTo(OptionCells, 0);
            }
        }))
        {
            cr |= (uint)Cr.OPTSTRT;
        }
    }

    /// <summary>A code area can grow, and PCROP_RDP can be set; nothing takes them back but the end of the read protection.</summary>
    private void KeepCodeAreas(uint[] wanted)
    {
        foreach (var area in traits.CodeOnly)
        {
            var (start, end) = (IndexOfOption(area.Start), IndexOfOption(area.End));
            var mask = (1u << area.Bits) - 1;
            var (oldStart, oldEnd) = (OptionCells[start] & mask, OptionCells[end] & mask);
            if (oldStart <= oldEnd && ((wanted[start] & mask) > oldStart || (wanted[end] & mask) < oldEnd))
            {
                wanted[start] = (wanted[start] & ~mask) | oldStart;
                wanted[end] = (wanted[end] & ~mask) | oldEnd;
            }
        }

        if (traits.CodeAreaErase is { } register)
        {
            wanted[IndexOfOption(register)] |= OptionCells[IndexOfOption(register)] & 1u << 31;
        }
    }

    private bool IsWriteProtected(FlashUnit page) => IsHalfOpened || traits.WriteProtected.Any(area =>
    {
        var word = InForce(area.Register);
        var mask = (1u << area.Bits) - 1;
        var number = Map.Banks == 1 && area.Bank == 2 ? -1 : area.Bank == page.Bank ? page.Number : -1;
        return number >= (int)(word & mask) && number <= (int)((word >> 16) & mask);
    });

    /// <summary>First and last byte of a code area, from the start of its bank; null where it is off.</summary>
    private (uint First, uint Last)? Bounds(CodeArea area)
    {
        var mask = (1u << area.Bits) - 1;
        var (start, end) = (InForce(area.Start) & mask, InForce(area.End) & mask);
        return start <= end ? (start * area.Unit, (end * area.Unit) + area.Unit - 1) : null;
    }

    private bool IsCodeOnly(int bank, uint offset)
    {
        foreach (var area in traits.CodeOnly)
        {
            if (area.Bank == bank && Bounds(area) is { } bounds && offset >= bounds.First && offset <= bounds.Last)
            {
                return true;
            }
        }

        return false;
    }

    private bool HasCodeOnly(FlashUnit page)
    {
        var first = page.Offset - BankOffset(page.Bank);
        return traits.CodeOnly.Any(area =>
            area.Bank == page.Bank && Bounds(area) is { } bounds && bounds.First < first + page.Range.Length && first <= bounds.Last);
    }

    /// <summary>The first page of the other CPU; null where it has none.</summary>
    private int? FirstOfOtherCpu =>
        traits.OtherCpu is { } area && (InForce(traits.Optr) & 1u << 8) != 0 && InForce(area.Register) is var sfr && (sfr & 1u << area.None) == 0
            ? (int)(sfr & ((1u << area.Bits) - 1))
            : null;

    /// <summary>Shut off by its SEC_PROT until the next reset, or the other CPU's: no access of any kind.</summary>
    private bool IsShut(FlashUnit page) => page.Number >= (FirstOfOtherCpu ?? int.MaxValue) || traits.Securable.Any(area =>
        (cr & area.Shut) != 0 && area.Bank == page.Bank && page.Number < (int)((InForce(area.Register) >> area.Shift) & ((1u << area.Bits) - 1)));

    /// <summary>nSWBOOT0 = 0 lets nBOOT0 speak instead of the pin. So on L4, G4, WB and WL.</summary>
    protected static BootMemory BootByPinOrOption(uint optr, bool pin)
    {
        var (byPin, boot0) = ((optr & 1u << 26) != 0, (optr & 1u << 27) != 0);
        return BootByPin(optr, byPin ? pin : !boot0);
    }

    /// <summary>nBOOT1 chooses what a high BOOT0 means.</summary>
    protected static BootMemory BootByPin(uint optr, bool pin) =>
        !pin ? BootMemory.Main : (optr & 1u << 23) != 0 ? BootMemory.System : BootMemory.Sram;

    /// <summary>nBOOT_SEL lets nBOOT0 speak instead of the pin. So on G0, C0 and U0.</summary>
    protected static BootMemory BootBySelectedPin(uint optr, bool pin)
    {
        var (selects, boot1, boot0) = ((optr & 1u << 24) != 0, (optr & 1u << 25) != 0, (optr & 1u << 26) != 0);
        return !(selects ? !boot0 : pin) ? BootMemory.Main : boot1 ? BootMemory.System : BootMemory.Sram;
    }

    private static ReadProtection LevelOf(uint optr) => (byte)optr switch
    {
        0xAA => ReadProtection.Level0,
        0xCC => ReadProtection.Level2,
        _ => ReadProtection.Level1,
    };

    protected override IReadOnlyList<byte[]> SaveOthers() => [Cells.SaveBroken()];

    protected override void LoadOthers(IReadOnlyList<byte[]> others) => Cells.LoadBroken(others[0]);

    /// <summary>System memory, signature, OTP and the mirror of the option bytes, where the device data has them.</summary>
    private byte[] PutInformation()
    {
        PutSystemMemories();
        if (Device.OtherMemories.FirstOrDefault(memory => memory.Name == OptionBytesName) is { } options)
        {
            // Each register as a word and its complement, one after the other.
            Information.Window(options.Range.Start.Value, options.Range.Length).PutWords(
                options.Range.Start.Value,
                options.Range.Length,
                offset => offset / 8 >= OptionCells.Length ? uint.MaxValue : offset % 8 == 0 ? OptionCells[offset / 8] : ~OptionCells[offset / 8]);
        }

        if (Device.OtherMemories.FirstOrDefault(memory => memory.Name == OtpName) is not { } place)
        {
            return [];
        }

        var otp = new byte[place.Range.Length];
        otp.AsSpan().Fill(0xFF);
        otpStart = place.Range.Start.Value;
        Information.Window(otpStart, place.Range.Length).Put(otpStart, otp);
        return otp;
    }
}
