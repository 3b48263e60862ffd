using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Nrst.VirtualBench.Boards;

/// <summary>One client of the stlink-server protocol.</summary>
/// <remarks>
/// Nothing on the wire says how long anything is: both sides know it from the request. So an answer always has the length that the
/// request promised, also when it is a refusal. The status of the last transfer needs no keeping per client, because a board serves
/// one at a time.
/// </remarks>
internal sealed class StLinkConversation(NetworkStream stream, BoardShelf shelf) : IDisposable
{
    private const byte RefreshDeviceList = 0x00;
    private const byte GetNumberOfDevices = 0x01;
    private const byte GetDeviceInfo = 0x02;
    private const byte OpenDevice = 0x03;
    private const byte CloseDevice = 0x04;
    private const byte SendUsbCommand = 0x05;
    private const byte GetServerVersion = 0x06;

    private const uint Ok = 1;
    private const uint BadParameter = 0x1002;
    private const uint OpenError = 0x1003;
    private const uint InfoTruncated = 0x1052;
    private const uint CommandNotAvailable = 0x1053;
    private const uint Busy = 0x2004;

    private const uint ApiVersion = 3;
    private const int DeviceInfoLength = 41;
    private const int SerialLength = 32;
    private const int UsbHeaderLength = 32;
    private const int UsbCommandLength = 16;
    private const int LongestTransfer = 1 << 20;

    private enum Direction : byte
    {
        ToProbe = 0,
        FromProbe = 1,
        Trace = 3,
    }

    private readonly Dictionary<uint, ExportedBoard> _open = [];

    public async Task RunAsync(CancellationToken stop)
    {
        var code = new byte[1];
        while (await stream.ReadAsync(code, stop).ConfigureAwait(false) == 1)
        {
            var length = code[0] switch
            {
                RefreshDeviceList => 2,
                GetNumberOfDevices => 1,
                GetDeviceInfo or OpenDevice or CloseDevice => 8,
                SendUsbCommand => UsbHeaderLength,
                GetServerVersion => 4,
                _ => 0,
            };
            if (length == 0)
            {
                // How long this request is nobody knows, so there is no next one either.
                await stream.WriteAsync(Words(CommandNotAvailable), stop).ConfigureAwait(false);
                return;
            }

            var request = new byte[length];
            request[0] = code[0];
            await stream.ReadExactlyAsync(request.AsMemory(1), stop).ConfigureAwait(false);
            if (code[0] == SendUsbCommand)
            {
                await TransferAsync(request, stop).ConfigureAwait(false);
            }
            else
            {
                await stream.WriteAsync(Answer(request), stop).ConfigureAwait(false);
            }
        }
    }

    public void Dispose()
    {
        foreach (var board in _open.Values)
        {
            shelf.Return(board);
        }

        _open.Clear();
    }

    private byte[] Answer(ReadOnlySpan<byte> request) => request[0] switch
    {
        RefreshDeviceList => Words(Ok),
        GetNumberOfDevices => Words((uint)shelf.Count),
        GetDeviceInfo => DeviceInfo(request[1], BinaryPrimitives.ReadUInt32LittleEndian(request[4..])),
        OpenDevice => Open(BinaryPrimitives.ReadUInt32LittleEndian(request[4..])),
        CloseDevice => Close(BinaryPrimitives.ReadUInt32LittleEndian(request[4..])),
        _ => Words(ApiVersion, 1, 0, 0),
    };

    private byte[] DeviceInfo(byte index, uint wanted)
    {
        var info = new byte[4 + DeviceInfoLength];
        var length = (int)Math.Min(wanted, DeviceInfoLength);
        var status = index >= shelf.Count ? BadParameter : length < DeviceInfoLength ? InfoTruncated : Ok;
        BinaryPrimitives.WriteUInt32LittleEndian(info, status);
        if (index < shelf.Count)
        {
            var identity = shelf.Identity(index);
            var fields = info.AsSpan(4);
            BinaryPrimitives.WriteUInt32LittleEndian(fields, UsbId(index));
            Encoding.ASCII.GetBytes(identity.Serial, fields.Slice(4, SerialLength));
            BinaryPrimitives.WriteUInt16LittleEndian(fields[36..], identity.VendorId);
            BinaryPrimitives.WriteUInt16LittleEndian(fields[38..], identity.ProductId);
            fields[40] = shelf.IsTaken(index) ? (byte)1 : (byte)0;
        }

        return info[..(4 + length)];
    }

    private byte[] Open(uint usbId)
    {
        var index = (int)usbId - 1;
        if (index < 0 || index >= shelf.Count)
        {
            return Words(OpenError, 0);
        }

        if (shelf.Take(index) is not var (connection, board))
        {
            return Words(Busy, 0);
        }

        _open.Add(connection, board);
        return Words(Ok, connection);
    }

    private byte[] Close(uint connection)
    {
        if (!_open.Remove(connection, out var board))
        {
            return Words(BadParameter);
        }

        shelf.Return(board);
        return Words(Ok);
    }

    /// <remarks><code>05 | 3 spare | connection32 | command, 16 bytes | direction | 3 spare | length32 | data out</code></remarks>
    private async Task TransferAsync(byte[] request, CancellationToken stop)
    {
        var connection = BinaryPrimitives.ReadUInt32LittleEndian(request.AsSpan(4));
        var direction = (Direction)request[24];
        var length = BinaryPrimitives.ReadUInt32LittleEndian(request.AsSpan(28));
        if (length > LongestTransfer)
        {
            throw new IOException("The client is out of step.");
        }

        var data = new byte[length];
        if (direction == Direction.ToProbe)
        {
            await stream.ReadExactlyAsync(data, stop).ConfigureAwait(false);
        }

        var status = BadParameter;
        if (_open.TryGetValue(connection, out var board))
        {
            status = (uint)Transfer(board, direction, request.AsSpan(8, UsbCommandLength), data);
            if (board.Ahead is { Ticks: > 0 } ahead)
            {
                await Task.Delay(ahead, shelf.Wall, stop).ConfigureAwait(false);
            }
        }

        var answer = new byte[direction == Direction.ToProbe ? 4 : 4 + length];
        BinaryPrimitives.WriteUInt32LittleEndian(answer, status);
        if (direction != Direction.ToProbe)
        {
            data.CopyTo(answer, 4);
        }

        await stream.WriteAsync(answer, stop).ConfigureAwait(false);
    }

    private static TransferResult Transfer(ExportedBoard board, Direction direction, ReadOnlySpan<byte> command, Span<byte> data) =>
        direction switch
        {
            Direction.ToProbe => board.Write(command, data),
            Direction.FromProbe => board.Read(command, data),
            Direction.Trace => TransferResult.Ok, // the trace endpoint never announces anything, so there is nothing to fetch
            _ => TransferResult.BadParameter,
        };

    private static uint UsbId(int index) => (uint)index + 1;

    private static byte[] Words(params ReadOnlySpan<uint> words)
    {
        var bytes = new byte[4 * words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), words[i]);
        }

        return bytes;
    }
}
