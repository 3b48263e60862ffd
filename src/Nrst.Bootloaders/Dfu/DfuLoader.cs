namespace Nrst.Bootloaders.Dfu;

/// <summary>The loader of an STM32 on USB, open and at rest.</summary>
public sealed class DfuLoader : IRomLoader
{
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SupplyLimit = TimeSpan.FromSeconds(2);
    private static readonly Address FeatureAt = new(0xFFFF_0000);
    private const int LeastRead = 4; // below two bytes a request is none of memory

    private const int MostLessons = 8, MostBlocks = 0xFF00;

    private readonly IControlPipe _pipe;
    private readonly DfuDevice _device;
    private HashSet<RomQuirk> _quirks = [];

    // Whether a block's number counts full blocks, whatever of it is asked for. AN3156 can be read either way; null until contents were seen that tell.
    private bool? _countsFullBlocks;
    private int _lessons;

    private DfuLoader(IControlPipe pipe, IClock clock, DfuDescription description, string place)
    {
        (_pipe, Clock, Description) = (pipe, clock, description);
        _device = new DfuDevice(pipe, clock, description.Interface);
        Identity = new RomLoaderIdentity(
            "USB DFU", place, $"{description.Release >> 8:x}.{description.Release & 0xFF:x2}", description.Serial.Length > 0 ? description.Serial : null);
    }

    public RomLoaderIdentity Identity { get; }
    public IClock Clock { get; }
    public DfuDescription Description { get; }
    public long Exchanges => _device.Exchanges;
    public int Block => Description.TransferSize;
    public int ReadOverhead => Description.TransferSize; // seven transfers, which take as long as one of a full block
    public int Glance => _countsFullBlocks == false ? Block : 64;
    public bool ReadsUnchecked => false;
    public IRomChecksum? Checksum => null;
    public bool CanEraseAll => !_quirks.Contains(RomQuirk.NoMassErase);

    /// <summary>Opens it and brings it to rest. Owns the pipe, also when this throws.</summary>
    /// <param name="place">As it is selected.</param>
    public static DfuLoader Open(IControlPipe pipe, IClock clock, string place)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        try
        {
            var description = DfuDescription.Read(pipe) ?? throw new ProbeException("NRST1504", $"{place} has no DFU interface.")
            {
                LikelyCause = "It is another device, or the program on the chip runs and not its loader.",
                Remedies = [new("Reset the board with BOOT0 high, so that it starts in its loader.", "nrst list")],
            };
            var loader = new DfuLoader(pipe, clock, description, place);
            loader._device.Choose(description.Flash?.Number ?? 0);
            loader._device.BecomeIdle();
            return loader;
        }
        catch
        {
            pipe.Dispose();
            throw;
        }
    }

    /// <summary>Tells which chips it can be, so that what their loaders do otherwise is allowed for.</summary>
    public void Know(params IEnumerable<ushort> deviceIds) => _quirks = deviceIds.SelectMany(id => RomQuirks.Of("dfu", id)).ToHashSet();

    /// <summary>One of the chips that it can be is known to do so.</summary>
    public bool Has(RomQuirk quirk) => _quirks.Contains(quirk);

    public void Read(Address from, Span<byte> into)
    {
        Choose(from);
        if (Within(from, into.Length) is not var (origin, number, skipped))
        {
            ReadPlainly(from, into);
        }
        else if (_countsFullBlocks == true)
        {
            ReadByNumber(origin, number, skipped, into);
        }
        else
        {
            ReadPlainly(from, into);
            Learn(origin, number, skipped, into);
        }
    }

    /// <summary>The block that a short read lies in, counted from the start of its memory; null for all other reads.</summary>
    private (Address Origin, int Number, int Skipped)? Within(Address from, int length)
    {
        if (length >= Block || Description.Holding(from)?.Layout.Segments is not [var first, ..] || from < first.Start)
        {
            return null;
        }

        var (number, skipped) = Math.DivRem(from - first.Start, (uint)Block);
        return number is > 0 and < MostBlocks && skipped + length <= Block ? (first.Start, (int)number, (int)skipped) : null;
    }

    private void ReadByNumber(Address origin, int number, int skipped, Span<byte> into)
    {
        var bytes = new byte[Math.Max(skipped + into.Length, LeastRead)];
        _device.ReadByNumber(origin, number, bytes);
        bytes.AsSpan(skipped, into.Length).CopyTo(into);
    }

    /// <summary>Finds out how it counts by what is known to lie at a place, where the other way of counting would lead to other contents.</summary>
    private void Learn(Address origin, int number, int skipped, ReadOnlySpan<byte> truth)
    {
        var otherwise = (number * (skipped + truth.Length)) + skipped;
        if (_countsFullBlocks is not null || _lessons == MostLessons || truth.Length < LeastRead || otherwise + truth.Length > Block)
        {
            return;
        }

        _lessons++;
        try
        {
            Span<byte> head = new byte[otherwise + truth.Length], now = new byte[truth.Length];
            _device.ReadByNumber(origin, 0, head); // which is the same place either way
            if (!head[otherwise..].SequenceEqual(truth))
            {
                ReadByNumber(origin, number, skipped, now);
                _countsFullBlocks = now.SequenceEqual(truth);
            }
        }
        catch (NrstException refused) when (refused is FlashException || refused.Code == "NRST1503")
        {
            _countsFullBlocks = false; // it takes no such request, which is no harm
            _device.BecomeIdle();
        }
    }

    private void ReadPlainly(Address from, Span<byte> into)
    {
        for (var at = 0; at < into.Length;)
        {
            // Full blocks in a row; the short one at the end is read by itself, for loaders differ in what a short block does to the address.
            var left = into.Length - at;
            var take = left >= Block ? left / Block * Block : left;
            var where = new AddressRange(from + (uint)at, (uint)take);
            if (take >= LeastRead)
            {
                _device.Read(where, into.Slice(at, take), Block);
            }
            else
            {
                var word = new byte[LeastRead];
                _device.Read(where, word, Block);
                word.AsSpan(0, take).CopyTo(into[at..]);
            }

            at += take;
        }
    }

    public void Write(Address to, ReadOnlySpan<byte> data, TimeSpan limit)
    {
        Choose(to);
        for (var at = 0; at < data.Length; at += Block)
        {
            var piece = data.Slice(at, Math.Min(Block, data.Length - at));
            var where = new AddressRange(to + (uint)at, (uint)piece.Length);
            _device.Write(where, piece, Block, limit);
        }
    }

    public void Erase(IReadOnlyList<FlashSector> sectors, Func<FlashSector, TimeSpan> limit, Action<FlashSector> erased, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        ArgumentNullException.ThrowIfNull(limit);
        ArgumentNullException.ThrowIfNull(erased);
        foreach (var sector in sectors)
        {
            cancel.ThrowIfCancellationRequested();
            Choose(sector.Range.Start);
            try
            {
                _device.Erase(sector.Range, limit(sector));
            }
            catch (FlashException busy) when (busy.Code == "NRST2502" && _quirks.Contains(RomQuirk.BankTwoStaysBusy))
            {
                _device.BecomeIdle(); // the erase is long over; whether it was one, the blank check says
            }

            erased(sector);
        }
    }

    public void EraseAll(TimeSpan limit)
    {
        Choose(Description.Flash?.Layout.Segments is [var first, ..] ? first.Start : new Address(0x0800_0000));
        _device.EraseAll(new AddressRange(new Address(0x0800_0000), 1), limit);
    }

    /// <summary>It programs byte by byte until it knows the supply, and can be told: the loaders of STM32F2, F4 and F7.</summary>
    public bool TakesSupply => Description.Find(DfuPurpose.Feature) is not null;

    /// <summary>Tells it how many volts the flash may count on. It holds until the chip is reset.</summary>
    /// <remarks>AN3156: one byte for the range and three that are 0xFF. The range with a programming voltage on its own pin is never told.</remarks>
    /// <exception cref="FlashException">The loader does not take it.</exception>
    public void TellSupply(double volts)
    {
        var feature = Description.Find(DfuPurpose.Feature) ?? throw new InvalidOperationException("This loader cannot be told the supply.");
        byte[] range = [volts switch { < 2.1 => 0, < 2.4 => 1, < 2.7 => 2, _ => 3 }, 0xFF, 0xFF, 0xFF];
        _device.Choose(feature.Number);
        _device.Write(new AddressRange(FeatureAt, (uint)range.Length), range, Block, SupplyLimit);
    }

    public bool Start(Address program)
    {
        _device.BecomeIdle();
        Choose(program);
        _device.PointTo(program);
        return _device.Leave(LeaveLimit);
    }

    public void Dispose()
    {
        try
        {
            _device.Rest();
        }
        catch (ProbeException)
        {
            // It is gone, and has no state any more.
        }

        _pipe.Dispose();
    }

    /// <summary>The alternate setting whose memory holds the address; the one of the flash where none says so.</summary>
    private void Choose(Address address) => _device.Choose((Description.Holding(address) ?? Description.Flash)?.Number ?? 0);
}
