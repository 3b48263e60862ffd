using System.Buffers.Binary;
using System.Text;

namespace Nrst.Usb.Capture;

/// <summary>The blocks of a pcapng file, as its specification draws them; written little-endian.</summary>
internal static class PcapNg
{
    public const uint SectionHeader = 0x0A0D_0D0A;
    public const uint InterfaceDescription = 1;
    public const uint EnhancedPacket = 6;
    public const uint ByteOrderMagic = 0x1A2B_3C4D;

    public const ushort OptionEnd = 0;
    public const ushort OptionComment = 1;
    public const ushort OptionHardware = 2; // shb_hardware
    public const ushort OptionUserApplication = 4; // shb_userappl
    public const ushort OptionInterfaceName = 2; // if_name
    public const ushort OptionInterfaceDescription = 3; // if_description
    public const ushort OptionTimeResolution = 9; // if_tsresol

    /// <remarks><code>0A0D0D0A | length | 1A2B3C4D | 1, 0 16 | -1 64 | options | length</code></remarks>
    public static byte[] Section(string application, string comment)
    {
        var body = new List<byte>();
        Add32(body, ByteOrderMagic);
        Add16(body, 1);
        Add16(body, 0);
        Add32(body, uint.MaxValue);
        Add32(body, uint.MaxValue);
        AddOption(body, OptionComment, comment);
        AddOption(body, OptionUserApplication, application);
        EndOptions(body);
        return Block(SectionHeader, body);
    }

    /// <remarks><code>1 | length | link type 16 | 0 16 | snap length, 0: none | options | length</code></remarks>
    public static byte[] Interface(ushort linkType, string name, string description, string? comment)
    {
        var body = new List<byte>();
        Add16(body, linkType);
        Add16(body, 0);
        Add32(body, 0);
        if (comment is not null)
        {
            AddOption(body, OptionComment, comment);
        }

        AddOption(body, OptionInterfaceName, name);
        AddOption(body, OptionInterfaceDescription, description);
        AddOption(body, OptionTimeResolution, [9]); // 10^-9 s
        EndOptions(body);
        return Block(InterfaceDescription, body);
    }

    /// <remarks><code>6 | length | interface | time, high 32 | low 32 | captured | original length | packet | options | length</code></remarks>
    public static byte[] Packet(long nanoseconds, ReadOnlySpan<byte> packet, string? comment)
    {
        var body = new List<byte>(packet.Length + 64);
        Add32(body, 0);
        Add32(body, (uint)(nanoseconds >> 32));
        Add32(body, (uint)nanoseconds);
        Add32(body, (uint)packet.Length);
        Add32(body, (uint)packet.Length);
        body.AddRange(packet);
        Pad(body);
        if (comment is not null)
        {
            AddOption(body, OptionComment, comment);
            EndOptions(body);
        }

        return Block(EnhancedPacket, body);
    }

    private static byte[] Block(uint type, List<byte> body)
    {
        var length = (uint)body.Count + 12;
        var block = new List<byte>((int)length);
        Add32(block, type);
        Add32(block, length);
        block.AddRange(body);
        Add32(block, length);
        return [.. block];
    }

    private static void AddOption(List<byte> body, ushort code, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        AddOption(body, code, bytes.Length <= ushort.MaxValue ? bytes : bytes[..ushort.MaxValue]);
    }

    private static void AddOption(List<byte> body, ushort code, byte[] value)
    {
        Add16(body, code);
        Add16(body, (ushort)value.Length);
        body.AddRange(value);
        Pad(body);
    }

    private static void EndOptions(List<byte> body) => Add32(body, OptionEnd);

    private static void Pad(List<byte> body)
    {
        while (body.Count % 4 != 0)
        {
            body.Add(0);
        }
    }

    private static void Add16(List<byte> body, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        body.AddRange(bytes);
    }

    private static void Add32(List<byte> body, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        body.AddRange(bytes);
    }
}
