namespace Nrst.VirtualBench.Chips.Flash.Pecr;

// The data EEPROM: cells of their own, erased before they are written.
internal abstract partial class PecrFlash
{
    private readonly byte[][] eeprom;

    protected override IReadOnlyList<byte[]> SaveOthers() => [.. eeprom.Select(cells => (byte[])cells.Clone())];

    protected override void LoadOthers(IReadOnlyList<byte[]> others)
    {
        for (var i = 0; i < eeprom.Length; i++)
        {
            others[i].CopyTo(eeprom[i], 0);
        }
    }

    public override BusStatus ReadMemory(uint address, int bytes, out uint value, BusMaster master, ref long now)
    {
        if (EepromAt(address) is not { } place)
        {
            return base.ReadMemory(address, bytes, out value, master, ref now);
        }

        value = 0;
        if (!Wait(BanksOf(place.Memory), master, ref now) || ReadBarred)
        {
            return BusStatus.Error;
        }

        value = Information.Read(address, bytes);
        return BusStatus.Ok;
    }

    protected override BusStatus WriteInformation(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        if (!Wait(AllBanks, master, ref now))
        {
            return BusStatus.Error;
        }

        if (EepromAt(address) is { } place)
        {
            return ReadBarred ? BusStatus.Error : WriteEeprom(place.Memory, place.Offset, bytes, value, now);
        }

        return address - OptionsAt < OptionsLength ? WriteOption(address - OptionsAt, bytes, value, now) : BusStatus.Error;
    }

    private BusStatus WriteEeprom(int memory, int offset, int bytes, uint value, long now)
    {
        var cells = eeprom[memory];
        if (controlKeys.Locked)
        {
            Refuse(Sr.WRPERR);
        }
        else if (Has(Pe.DATA) && Has(Pe.ERASE))
        {
            // The whole word, whatever is stored to it.
            Begin(FlashWork.Program, now, Timing.Program, BanksOf(memory), part => Put(cells, offset & ~3, 4, 0, part));
        }
        else if (Has(Pe.DATA) && Has(Pe.FPRG))
        {
            Chip.Note("Double words of the data EEPROM are not modelled.");
        }
        else
        {
            var word = cells.AsSpan(offset & ~3, 4);
            var erasesFirst = Has(Pe.FIX) || word.ContainsAnyExcept((byte)0);
            var time = erasesFirst ? 2 * Timing.Program : Timing.Program;
            Begin(FlashWork.Program, now, time, BanksOf(memory), part => Put(cells, offset, bytes, value, part));
        }

        return BusStatus.Ok;
    }

    private static void Put(byte[] cells, int offset, int bytes, uint value, double part)
    {
        for (var i = 0; part >= 1 && i < bytes; i++)
        {
            cells[offset + i] = (byte)(value >> (8 * i));
        }
    }

    /// <summary>The bank of the main flash that cannot be read while this memory is written.</summary>
    private int BanksOf(int memory) => Map.Banks > 1 && eeprom.Length > 1 ? 1 << memory : AllBanks;

    private (int Memory, int Offset)? EepromAt(uint address)
    {
        for (var i = 0; i < Part.Eeprom.Count; i++)
        {
            if (address - Part.Eeprom[i].Range.Start.Value < Part.Eeprom[i].Range.Length)
            {
                return (i, (int)(address - Part.Eeprom[i].Range.Start.Value));
            }
        }

        return null;
    }

    private void PutEeprom()
    {
        for (var i = 0; i < Part.Eeprom.Count; i++)
        {
            var (cells, range) = (eeprom[i], Part.Eeprom[i].Range);
            Information.Window(range.Start.Value, range.Length).Put(range.Start.Value, range.Length, offset => cells[offset]);
        }
    }
}
