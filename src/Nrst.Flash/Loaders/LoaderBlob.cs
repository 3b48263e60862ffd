using System.Buffers.Binary;

namespace Nrst.Flash.Loaders;

/// <summary>The loader as it was assembled, and the places in it that host and loader share. See <c>loader.S</c>.</summary>
internal static class LoaderBlob
{
    public const int Status = 0x40;
    public const int Details = 0x44;
    public const int RingStart = 0x50;
    public const int RingEnd = 0x54;
    public const int AccessTicks = 0x58;
    public const int EraseTicks = 0x68;
    public const int Entry = 0x80;

    /// <summary>Room for one exception frame and the loader's own calls.</summary>
    public const uint StackBytes = 256;

    /// <summary>SCB_VTOR wants the vector table so.</summary>
    public const uint Alignment = 512;

    public static byte[] Stm32F4()
    {
        using var stream = typeof(LoaderBlob).Assembly.GetManifestResourceStream("stm32f4.loader.bin")
            ?? throw new InvalidOperationException("The loader is missing from this build.");
        var blob = new byte[stream.Length];
        stream.ReadExactly(blob);
        return blob;
    }

    public static void Set(Span<byte> blob, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(blob[at..], value);
}
