namespace Nrst.VirtualBench.Chips.Flash.Pecr;

// Option words: 16 bits, and their complement above them. Software writes both; the load compares them.
internal abstract partial class PecrFlash
{
    private const uint OptionsAt = 0x1FF8_0000, OptionsLength = 0xA0;
    private const int Rdp = 0, User = 1, FirstSectors = 2;
    private const uint SectorSize = 4096, WPRMOD = 1 << 8;

    private ushort[] loaded = [];
    private uint mismatches;

    public override uint[] OptionCells { get; }

    public override ReadProtection Protection => (byte)loaded[Rdp] switch
    {
        0xAA => ReadProtection.Level0,
        0xCC => ReadProtection.Level2,
        _ => ReadProtection.Level1,
    };

    public override uint BootAddress =>
        Boot0 && traits.HasBoot1Option && (loaded[User] & 0x8000) == 0 && Protection != ReadProtection.Level2 ? 0x2000_0000 : base.BootAddress;

    public override bool HardwareWatchdog => (loaded[User] & 0x10) == 0;

    /// <summary>The sectors are kept from being read, too.</summary>
    private bool GuardsReads => traits.HasReadOutSectors && (loaded[Rdp] & WPRMOD) != 0;

    protected override uint OptionInForce(uint offset)
    {
        if (offset == OPTR)
        {
            return loaded[Rdp] | (uint)loaded[User] << 16;
        }

        for (var i = 0; i < traits.Wrpr.Count; i++)
        {
            if (traits.Wrpr[i].Offset == offset)
            {
                return SectorsOf(i);
            }
        }

        return 0;
    }

    private uint SectorsOf(int register)
    {
        var low = FirstSectors + (2 * register);
        return loaded[low] | (low + 1 < loaded.Length ? (uint)loaded[low + 1] << 16 : 0);
    }

    /// <summary>One bit for 4 KiB: a one protects it from writes; with WPRMOD (SPRMOD) a zero does, and from reads.</summary>
    private bool IsProtected(FlashUnit page)
    {
        var sector = (int)(page.Offset / SectorSize);
        if (sector / 32 >= traits.Wrpr.Count)
        {
            return false;
        }

        var set = (SectorsOf(sector / 32) & 1u << (sector % 32)) != 0;
        return set != GuardsReads;
    }

    private BusStatus WriteOption(uint offset, int bytes, uint value, long now)
    {
        var cell = IndexOf(offset);
        if (bytes != 4)
        {
            Refuse(Sr.SIZERR);
            return BusStatus.Ok;
        }

        if (controlKeys.Locked || optionKeys.Locked || cell < 0 || Protection == ReadProtection.Level2
            || (cell == Rdp && Protection == ReadProtection.Level0 && GuardsReads && (value & WPRMOD) == 0))
        {
            // Sectors kept from reading are given up only with all of the flash, from level 1.
            Refuse(Sr.WRPERR);
            return BusStatus.Ok;
        }

        if (cell == Rdp && (byte)value == 0xAA && Protection == ReadProtection.Level1)
        {
            Lift(value, now);
            return BusStatus.Ok;
        }

        // The word is erased if it must be, and written.
        var time = Has(Pe.FIX) || OptionCells[cell] != 0 ? 2 * Timing.Program : Timing.Program;
        Begin(FlashWork.Options, now, time, AllBanks, part =>
        {
            if (part >= 1)
            {
                OptionCells[cell] = value;
            }
        });
        return BusStatus.Ok;
    }

    /// <summary>The read protection ends: flash and EEPROM are erased first, and the option word is written last.</summary>
    private void Lift(uint value, long now)
    {
        // There is no figure for all of it; every page of the manual takes the time of one, and so does everything.
        var time = Timing.Unit(Map.Units[0].Range.Length) + (2 * Timing.Program);
        Begin(FlashWork.Regression, now, time, AllBanks, part =>
        {
            EraseUnits(Map.Units, part);
            foreach (var cells in eeprom)
            {
                Array.Clear(cells);
            }

            Chip.ProtectionLifted();
            if (part >= 1)
            {
                OptionCells[Rdp] = value;
            }
        });
    }

    /// <summary>A word whose complement is wrong is taken for a safe one: level 1, and everything off that protects sectors.</summary>
    private void LoadOptions()
    {
        mismatches = 0;
        loaded = new ushort[OptionCells.Length];
        for (var i = 0; i < loaded.Length; i++)
        {
            var (low, high) = ((ushort)OptionCells[i], (ushort)(OptionCells[i] >> 16));
            if (low == (ushort)~high)
            {
                loaded[i] = low;
                continue;
            }

            var user = i == User && (traits.Sr & (uint)Sr.OPTVERRUSR) != 0;
            mismatches |= (uint)(user ? Sr.OPTVERRUSR : Sr.OPTVERR);
            loaded[i] = i == User ? traits.User : (ushort)0;
        }
    }

    private uint[] FactoryOptions()
    {
        var cells = new uint[traits.OptionWords.Count];
        Array.Fill(cells, 0xFFFF_0000u);
        cells[Rdp] = 0xFF55_00AA;
        cells[User] = traits.User | (uint)(ushort)~traits.User << 16;
        return cells;
    }

    private int IndexOf(uint offset)
    {
        for (var i = 0; i < traits.OptionWords.Count; i++)
        {
            if (traits.OptionWords[i] == offset)
            {
                return i;
            }
        }

        return -1;
    }

    private void PutOptions()
    {
        var length = Device.OtherMemories.First(memory => memory.Name == OptionBytesName).Range.Length;
        if (!Information.Covers(OptionsAt))
        {
            Information.Window(OptionsAt, length);
        }

        Information.PutWords(OptionsAt, length, offset => IndexOf(offset) is >= 0 and var cell ? OptionCells[cell] : 0);
    }

    /// <summary>Its words do not follow on each other.</summary>
    private void PutUniqueId(IReadOnlyList<byte> id)
    {
        for (var i = 0; i < Device.UniqueId.Offsets.Count; i++)
        {
            Information.Put(Device.UniqueId.At.Value + Device.UniqueId.Offsets[i], [.. id.Skip(4 * i).Take(4)]);
        }
    }
}
