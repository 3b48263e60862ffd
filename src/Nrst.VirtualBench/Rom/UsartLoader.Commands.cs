namespace Nrst.VirtualBench.Rom;

internal sealed partial class UsartLoader
{
    private const int LongestBlock = 256;

    /// <summary>What the last address frame said; null where it was refused, and the command is over.</summary>
    private uint? _address;

    private (uint Address, int Length)? _justWritten;

    private IEnumerable<Step> Execute(byte code) => code switch
    {
        0x00 => Get(),
        0x01 => GetVersion(),
        0x02 => GetId(),
        0x11 => Read(),
        0x21 => Jump(),
        0x31 => Write(),
        0x43 => Erase(),
        0x44 => EraseExtended(),
        0x63 => WriteProtect(),
        0x73 => Protection(() => loader.Flash?.WriteProtect([])),
        0x82 => Protection(() => loader.Flash?.Protect(true)),
        0x92 => Protection(() => loader.IsReadProtected ? loader.Flash?.Protect(false) : []),
        0xA1 => Checksum(),
        _ => Refused(),
    };

    private IEnumerable<Step> Refused()
    {
        Send(Nack);
        yield break;
    }

    private IEnumerable<Step> Get()
    {
        Send(Ack, (byte)loader.Rom.Commands.Length, loader.Rom.Version);
        Send(loader.Rom.Commands);
        Send(Ack);
        yield break;
    }

    private IEnumerable<Step> GetVersion()
    {
        Send(Ack, loader.Rom.Version, 0, 0, Ack);
        yield break;
    }

    private IEnumerable<Step> GetId()
    {
        Send(Ack, 1, (byte)(loader.Rom.ProductId >> 8), (byte)loader.Rom.ProductId, Ack);
        yield break;
    }

    private IEnumerable<Step> Read()
    {
        Send(Ack);
        foreach (var step in Address(writes: false))
        {
            yield return step;
        }

        if (_address is not { } address)
        {
            yield break;
        }

        yield return Step.Take(2);
        var length = _taken[0] + 1;
        if ((_taken[0] ^ _taken[1]) != 0xFF || loader.Memory.Room(address, length) < length)
        {
            Send(Nack);
            yield break;
        }

        var bytes = loader.Bus.Copy(address, length);
        if (bytes is null)
        {
            Send(Nack);
            yield break;
        }

        if (loader.Rom.Has(RomQuirks.ReadsErasedAfterWrite) && _justWritten == (address, length))
        {
            bytes.AsSpan().Fill(0xFF);
        }

        _justWritten = null;
        Send(Ack);
        Send(bytes);
    }

    private IEnumerable<Step> Jump()
    {
        if (!loader.Rom.Has(RomQuirks.NoAckOnGo))
        {
            Send(Ack);
        }

        foreach (var step in Address(writes: false))
        {
            yield return step;
        }

        if (_address is { } address)
        {
            yield return Drained;
            loader.Jump(address, _now);
        }
    }

    private IEnumerable<Step> Write()
    {
        Send(Ack);
        foreach (var step in Address(writes: true))
        {
            yield return step;
        }

        if (_address is not { } address)
        {
            yield break;
        }

        yield return Step.Take(1);
        var length = _taken[0] + 1;
        yield return Step.Take(length + 1);
        var data = _taken.GetRange(0, length).ToArray();
        var check = _taken[length];
        var sum = data.Aggregate((byte)(length - 1), (sum, each) => (byte)(sum ^ each));
        if (sum != check || length > LongestBlock || loader.Memory.Room(address, length) < length || Store(address, data) is not var (work, resets))
        {
            Send(Nack);
            yield break;
        }

        foreach (var step in Work(work))
        {
            yield return step;
        }

        _justWritten = (address, length);
        Send(Ack);
        if (resets)
        {
            yield return Drained;
            loader.Reset(_now);
        }
    }

    private (IEnumerable<long> Work, bool Resets)? Store(uint address, byte[] data) => loader.Memory.At(address) switch
    {
        RomArea.Flash when loader.Flash is { } flash => (flash.Program(address, data), false),
        RomArea.Ram => (StoreBytes(address, data), false),
        RomArea.Options when loader.Flash?.ProgramOptions(address, data) is { } work => (work, true),
        RomArea.Otp or RomArea.Eeprom when loader.Flash?.ProgramElsewhere(address, data) is { } work => (work, false),
        _ => null,
    };

    private IEnumerable<long> StoreBytes(uint address, byte[] data)
    {
        for (var i = 0; i < data.Length; i++)
        {
            loader.Bus.Write(address + (uint)i, data[i], 1);
        }

        yield break;
    }

    /// <summary>One byte a page, up to version 2.2: FF 00 is everything.</summary>
    private IEnumerable<Step> Erase()
    {
        Send(Ack);
        yield return Step.Take(1);
        var count = _taken[0] + 1;
        if (count == 0x100)
        {
            yield return Step.Take(1);
            var confirmed = _taken[0] == 0;
            foreach (var step in confirmed && loader.Flash is { } all ? Work(all.EraseBank(0)) : [])
            {
                yield return step;
            }

            Send(Ack); // with a wrong byte too, and then nothing was erased
            yield break;
        }

        yield return Step.Take(count + 1);
        var pages = _taken.GetRange(0, count).Select(page => (int)page).ToArray();
        var sum = pages.Aggregate((byte)(count - 1), (sum, each) => (byte)(sum ^ each));
        foreach (var step in ErasePages(pages, sum == _taken[count]))
        {
            yield return step;
        }
    }

    /// <summary>Two bytes a page, from version 3.0 on.</summary>
    private IEnumerable<Step> EraseExtended()
    {
        Send(Ack);
        yield return Step.Take(2);
        var (high, low) = (_taken[0], _taken[1]);
        var count = (high << 8 | low) + 1;
        if (count > 0xFFF0)
        {
            yield return Step.Take(1);
            var special = count - 1;
            var bank = special switch { 0xFFFF => 0, 0xFFFE => 1, 0xFFFD when loader.Map.Banks > 1 => 2, _ => -1 };
            if (_taken[0] != (byte)(high ^ low) || bank < 0 || loader.Rom.Has(RomQuirks.NoMassErase) || loader.Flash is not { } all)
            {
                Send(Nack);
                yield break;
            }

            foreach (var step in Work(all.EraseBank(bank)))
            {
                yield return step;
            }

            Send(Ack);
            yield break;
        }

        yield return Step.Take((2 * count) + 1);
        var pages = new int[count];
        var sum = (byte)(high ^ low);
        for (var i = 0; i < count; i++)
        {
            pages[i] = _taken[2 * i] << 8 | _taken[(2 * i) + 1];
            sum ^= (byte)(_taken[2 * i] ^ _taken[(2 * i) + 1]);
        }

        foreach (var step in ErasePages(pages, sum == _taken[2 * count]))
        {
            yield return step;
        }
    }

    private IEnumerable<Step> ErasePages(int[] pages, bool isWhole)
    {
        // The list lies in a buffer of the loader's RAM: half of it, less the frame, is as much as the maker's loader takes.
        var most = loader.Faults.PageLimit ?? Math.Max(((int)loader.Rom.RamUsed / 4) - 1, LongestBlock);
        if (!isWhole || pages.Length > most || pages.Any(page => page >= loader.Map.Units.Count) || loader.Flash is not { } flash)
        {
            Send(Nack);
            yield break;
        }

        foreach (var page in pages)
        {
            foreach (var step in Work(flash.Erase(loader.Map.Units[page])))
            {
                yield return step;
            }
        }

        Send(Ack);
    }

    private IEnumerable<Step> WriteProtect()
    {
        Send(Ack);
        yield return Step.Take(1);
        var count = _taken[0] + 1;
        yield return Step.Take(count + 1);
        var sectors = _taken.GetRange(0, count).Select(sector => (int)sector).ToArray();
        var sum = sectors.Aggregate((byte)(count - 1), (sum, each) => (byte)(sum ^ each));
        if (sum != _taken[count] || loader.Flash?.WriteProtect(sectors) is not { } work)
        {
            Send(Nack);
            yield break;
        }

        foreach (var step in Work(work))
        {
            yield return step;
        }

        Send(Ack);
        yield return Drained;
        loader.Reset(_now);
    }

    /// <summary>Acknowledged, done, acknowledged, and a reset.</summary>
    private IEnumerable<Step> Protection(Func<IEnumerable<long>?> change)
    {
        if (change() is not { } work)
        {
            Send(Nack);
            yield break;
        }

        Send(Ack);
        foreach (var step in Work(work))
        {
            yield return step;
        }

        Send(Ack);
        yield return Drained;
        loader.Reset(_now);
    }

    private IEnumerable<Step> Address(bool writes)
    {
        _address = null;
        yield return Step.Take(5);
        var sum = (byte)(_taken[0] ^ _taken[1] ^ _taken[2] ^ _taken[3]);
        var address = (uint)(_taken[0] << 24 | _taken[1] << 16 | _taken[2] << 8 | _taken[3]);
        var area = loader.Memory.At(address);
        if (sum != _taken[4] || area is RomArea.None or RomArea.Feature || (writes && area is RomArea.OwnRam or RomArea.System))
        {
            if (sum != _taken[4] || !loader.Rom.Has(RomQuirks.NoNackForAddress))
            {
                Send(Nack);
            }

            yield break;
        }

        _address = address;
        Send(Ack);
    }

    private IEnumerable<Step> Work(IEnumerable<long> work)
    {
        loader.Bus.Now = _now;
        foreach (var moment in work)
        {
            yield return Step.At(Math.Max(moment, _now));
            loader.Bus.Now = _now;
        }
    }
}
