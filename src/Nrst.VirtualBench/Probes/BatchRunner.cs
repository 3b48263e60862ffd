using System.Buffers.Binary;

namespace Nrst.VirtualBench.Probes;

/// <summary>One 32-bit access; the value is what is written or what was read.</summary>
internal delegate StLinkStatus WordAccessor(uint ap, uint address, bool read, ref uint value);

/// <summary>RW_MISC: a list of 32-bit accesses in one command.</summary>
/// <remarks><code>
/// out   item commands, one byte each, padded to a multiple of 4 | item values, 32 bit each
/// in    results, 32 bit each | statuses, 32 bit each
/// </code></remarks>
internal sealed class BatchRunner
{
    private const byte SetAddress = 1;
    private const byte WriteToAddress = 2;
    private const byte ReadFrom = 3;
    private const byte SelectAp = 5;

    private byte[] _results = [];

    public static int Limit(ProbeModel model) => model.Hardware >= 3 ? 1227 : 64;

    public static int DataLength(int items) => ValuesAt(items) + 4 * items;

    public void Run(ReadOnlySpan<byte> data, int items, Func<uint, bool> hasPort, WordAccessor access)
    {
        var values = data[ValuesAt(items)..];
        var results = new byte[8 * items];
        var address = 0u;
        var ap = 0u;
        for (var i = 0; i < items; i++)
        {
            var value = BinaryPrimitives.ReadUInt32LittleEndian(values[(4 * i)..]);
            var result = 0u;
            var status = StLinkStatus.Ok;
            switch (data[i])
            {
                case SetAddress:
                    address = value;
                    break;
                case WriteToAddress:
                    status = Access(address, read: false, ref value);
                    break;
                case ReadFrom:
                    status = Access(value, read: true, ref result);
                    break;
                case SelectAp:
                    ap = value;
                    status = hasPort(ap) ? StLinkStatus.Ok : StLinkStatus.BadAp;
                    break;
                default:
                    status = StLinkStatus.CommandError;
                    break;
            }

            BinaryPrimitives.WriteUInt32LittleEndian(results.AsSpan(4 * i), result);
            BinaryPrimitives.WriteUInt32LittleEndian(results.AsSpan(4 * (items + i)), (uint)status);
        }

        _results = results;

        StLinkStatus Access(uint at, bool read, ref uint value) =>
            !hasPort(ap) ? StLinkStatus.BadAp
            : at % 4 != 0 ? StLinkStatus.AlignmentError
            : access(ap, at, read, ref value);
    }

    public byte[] TakeResults()
    {
        var results = _results;
        _results = [];
        return results;
    }

    private static int ValuesAt(int items) => (items + 3) / 4 * 4;
}
