using System.Buffers.Binary;
using System.Text;

namespace Nrst.Usb.Capture;

/// <summary>A packet out of a capture file.</summary>
/// <param name="Frame">Its number as Wireshark counts, from 1.</param>
/// <param name="At">Nanoseconds.</param>
/// <param name="About">The comment on the interface it came from.</param>
internal readonly record struct CapturedPacket(int Frame, ushort LinkType, string? About, long At, ReadOnlyMemory<byte> Bytes, string? Comment);

/// <summary>Reads the packets of a little-endian pcapng file. Whatever the bytes are, it ends in one kind of exception.</summary>
internal static class PcapNgReader
{
    private const int SmallestBlock = 12;

    /// <exception cref="FormatException">In words that go on from "the file is no capture: ".</exception>
    public static List<CapturedPacket> Read(ReadOnlyMemory<byte> file)
    {
        var (at, packets, interfaces) = (0, new List<CapturedPacket>(), new List<CapturedInterface>());
        if (file.Length < SmallestBlock || Read32(file, 0) != PcapNg.SectionHeader)
        {
            throw new FormatException("it does not begin like a pcapng file");
        }

        while (at + SmallestBlock <= file.Length)
        {
            var (type, length) = (Read32(file, at), Read32(file, at + 4));
            if (type == PcapNg.SectionHeader)
            {
                if (at + 16 > file.Length || Read32(file, at + 8) != PcapNg.ByteOrderMagic)
                {
                    throw new FormatException("it was not written on a little-endian machine");
                }

                interfaces.Clear();
            }

            if (length < SmallestBlock || length % 4 != 0)
            {
                throw new FormatException($"the block at byte {at} says it is {length} bytes long");
            }

            if (length > file.Length - at)
            {
                break; // whoever wrote it was stopped in the middle of a block
            }

            var body = file.Slice(at + 8, (int)length - SmallestBlock);
            switch (type)
            {
                case PcapNg.InterfaceDescription when body.Length >= 8:
                    interfaces.Add(new CapturedInterface(Read16(body, 0), UnitsPerSecond(body[8..]), Comment(Options(body[8..]))));
                    break;
                case PcapNg.EnhancedPacket when body.Length >= 20:
                    packets.Add(Packet(body, packets.Count + 1, interfaces));
                    break;
            }

            at += (int)length;
        }

        return packets;
    }

    private static CapturedPacket Packet(ReadOnlyMemory<byte> body, int frame, List<CapturedInterface> interfaces)
    {
        var (number, captured) = (Read32(body, 0), Read32(body, 12));
        if (number >= interfaces.Count || captured > body.Length - 20)
        {
            throw new FormatException($"frame {frame} names an interface that is not there, or is cut off");
        }

        var (linkType, perSecond, about) = interfaces[(int)number];
        var units = (UInt128)((ulong)Read32(body, 4) << 32 | Read32(body, 8));
        var nanoseconds = units * 1_000_000_000 / (ulong)perSecond;
        if (nanoseconds > (ulong)TimeSpan.MaxValue.Ticks) // a span of time holds a hundred times that many
        {
            throw new FormatException($"frame {frame} says it came in a far future");
        }

        var options = Options(body[(20 + ((int)captured + 3 & ~3))..]);
        return new CapturedPacket(frame, linkType, about, (long)nanoseconds, body.Slice(20, (int)captured), Comment(options));
    }

    private static string? Comment(List<(ushort Code, ReadOnlyMemory<byte> Value)> options)
    {
        var comment = options.Find(option => option.Code == PcapNg.OptionComment).Value;
        return comment.IsEmpty ? null : Encoding.UTF8.GetString(comment.Span);
    }

    private static long UnitsPerSecond(ReadOnlyMemory<byte> options)
    {
        var resolution = Options(options).Find(option => option.Code == PcapNg.OptionTimeResolution).Value;
        return resolution.Length != 1 ? 1_000_000 : resolution.Span[0] switch
        {
            <= 18 and var power => (long)Math.Pow(10, power),
            >= 0x80 and < 0x80 + 62 and var power => 1L << power - 0x80,
            _ => throw new FormatException("its time-stamps are finer than nanoseconds"),
        };
    }

    private static List<(ushort Code, ReadOnlyMemory<byte> Value)> Options(ReadOnlyMemory<byte> bytes)
    {
        var options = new List<(ushort, ReadOnlyMemory<byte>)>();
        while (bytes.Length >= 4 && Read16(bytes, 0) is var code and not PcapNg.OptionEnd)
        {
            int length = Read16(bytes, 2);
            var padded = length + 3 & ~3;
            if (padded > bytes.Length - 4)
            {
                break;
            }

            options.Add((code, bytes.Slice(4, length)));
            bytes = bytes[(4 + padded)..];
        }

        return options;
    }

    private static ushort Read16(ReadOnlyMemory<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[at..]);

    private static uint Read32(ReadOnlyMemory<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]);

    private readonly record struct CapturedInterface(ushort LinkType, long PerSecond, string? About);
}
