namespace Nrst.VirtualBench.Rom;

/// <summary>Get Checksum of AN3155: the CRC over a stretch of memory, made by the chip.</summary>
/// <remarks>
/// Address, number of words, polynomial and initial value come each in a frame of its own, and each is acknowledged; when the work is done there is one
/// acknowledge more, and the CRC with its checksum. Older loaders take the number in bytes, and know one polynomial only.
/// </remarks>
internal sealed partial class UsartLoader
{
    private const uint UsualPolynomial = 0x04C1_1DB7, UsualInitial = 0xFFFF_FFFF;
    private const int WordsAtOnce = 1024;

    /// <summary>For a word, in nanoseconds: what a loop of the ROM at some ten MHz takes. No document tells.</summary>
    private const long TimeOfWord = 500;

    /// <summary>What the last frame of four bytes said; null where it was refused, and the command is over.</summary>
    private uint? _number;

    private uint _crc;

    private IEnumerable<Step> Checksum()
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

        var older = loader.Rom.Has(RomQuirks.ChecksumInBytes);
        foreach (var step in Number(count => IsStretch(address, older ? count : count * 4L)))
        {
            yield return step;
        }

        if (_number is not { } count)
        {
            yield break;
        }

        var (polynomial, initial) = (UsualPolynomial, UsualInitial);
        if (!older)
        {
            foreach (var step in Number(_ => true))
            {
                yield return step;
            }

            if (_number is not { } wanted)
            {
                yield break;
            }

            polynomial = wanted;
            foreach (var step in Number(_ => true))
            {
                yield return step;
            }

            if (_number is not { } first)
            {
                yield break;
            }

            initial = first;
        }

        foreach (var step in Work(Compute(address, (int)(older ? count / 4 : count), polynomial, initial)))
        {
            yield return step;
        }

        if (loader.Rom.Has(RomQuirks.ChecksumWrong))
        {
            _crc ^= 1;
        }

        byte[] sum = [(byte)(_crc >> 24), (byte)(_crc >> 16), (byte)(_crc >> 8), (byte)_crc];
        Send(Ack);
        Send([.. sum, (byte)(sum[0] ^ sum[1] ^ sum[2] ^ sum[3])]);
    }

    /// <summary>Whole words of one memory.</summary>
    private bool IsStretch(uint address, long bytes) =>
        bytes > 0 && bytes <= int.MaxValue && address % 4 == 0 && bytes % 4 == 0 && loader.Memory.Room(address, (int)bytes) == bytes;

    private IEnumerable<Step> Number(Func<uint, bool> isRight)
    {
        _number = null;
        yield return Step.Take(5);
        var number = (uint)(_taken[0] << 24 | _taken[1] << 16 | _taken[2] << 8 | _taken[3]);
        if ((byte)(_taken[0] ^ _taken[1] ^ _taken[2] ^ _taken[3]) != _taken[4] || !isRight(number))
        {
            Send(Nack);
            yield break;
        }

        _number = number;
        Send(Ack);
    }

    /// <summary>The CRC unit: whole words as the core reads them, highest bit first, nothing reversed and nothing inverted at the end.</summary>
    private IEnumerable<long> Compute(uint address, int words, uint polynomial, uint initial)
    {
        _crc = initial;
        for (var done = 0; done < words;)
        {
            var now = Math.Min(WordsAtOnce, words - done);
            for (var i = 0; i < now; i++)
            {
                _crc ^= loader.Bus.Read(address + (4 * (uint)(done + i)));
                for (var bit = 0; bit < 32; bit++)
                {
                    _crc = (_crc & 0x8000_0000) != 0 ? _crc << 1 ^ polynomial : _crc << 1;
                }
            }

            done += now;
            yield return loader.Bus.Now + (now * TimeOfWord);
        }
    }
}
