using System.Buffers.Binary;

namespace Nrst.Bootloaders.Usart;

/// <remarks>
/// Get Checksum (V3.3):
/// <code>
/// A1 5E                          79
/// address:4, its XOR             79
/// number of words:4, its XOR     79
/// polynomial:4, its XOR          79
/// initial value:4, its XOR       79, and when it is done 79  CRC:4, its XOR
/// </code>
/// All numbers highest byte first. Loaders from before AN3155 had it take another form; to those it is no use.
/// </remarks>
public sealed partial class UsartLoader : IRomChecksum
{
    private const byte GetChecksum = 0xA1;
    private const uint Polynomial = 0x04C1_1DB7, Initial = 0xFFFF_FFFF;
    private const int ChecksumTries = 2;

    /// <summary>For a word: a loop of a core that runs at a few MHz.</summary>
    private static readonly TimeSpan LongestWord = TimeSpan.FromMicroseconds(10);

    private bool _checksumFailed;

    public IRomChecksum? Checksum => Commands.Contains(GetChecksum) && !_checksumFailed ? this : null;

    uint? IRomChecksum.Of(AddressRange words)
    {
        if (words.Start.Value % 4 != 0 || words.Length % 4 != 0 || words.Length == 0)
        {
            throw new ArgumentException("The CRC unit takes whole words.", nameof(words));
        }

        for (var attempt = 0; attempt < ChecksumTries; attempt++)
        {
            try
            {
                return Ask(words);
            }
            catch (OutOfStepException lost)
            {
                _wire.Drain();
                if (!_wire.FallIn())
                {
                    throw UsartErrors.Lost($"the checksum of {words}", lost.Message);
                }

                _wire.Drain();
            }
        }

        _checksumFailed = true;
        return null;
    }

    private uint Ask(AddressRange words)
    {
        Take(_wire.Command(GetChecksum), "command");
        Take(_wire.Checked(BigEndian(words.Start.Value)), "address");
        Take(_wire.Checked(BigEndian(words.Length / 4)), "number of words");
        Take(_wire.Checked(BigEndian(Polynomial)), "polynomial");
        Take(_wire.Checked(BigEndian(Initial)), "initial value");
        Take(_wire.Answer(UsartWire.Prompt + (LongestWord * (words.Length / 4))), "work");
        Span<byte> answer = stackalloc byte[5];
        _wire.Receive(answer, UsartWire.Prompt);
        return (answer[0] ^ answer[1] ^ answer[2] ^ answer[3]) == answer[4]
            ? BinaryPrimitives.ReadUInt32BigEndian(answer)
            : throw new OutOfStepException("the checksum and its XOR do not fit");

        static void Take(bool acknowledged, string what)
        {
            if (!acknowledged)
            {
                throw new OutOfStepException($"NACK (0x1F) after the {what}");
            }
        }
    }
}
