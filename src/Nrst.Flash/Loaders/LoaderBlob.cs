using System.Buffers.Binary;

namespace Nrst.Flash.Loaders;

/// <summary>The loaders as they were compiled, and the places in them that host and loader share. See <c>common/loader.c</c>.</summary>
internal static class LoaderBlob
{
    public const int Status = 0x40;
    public const int Details = 0x44;
    public const int Ring = 0x50;
    public const int RingEnd = 0x54;
    public const int SlotData = 0x58;
    public const int Unit = 0x5C;
    public const int UnitTicks = 0x60;
    public const int Erased = 0x64;
    public const int EraseTicks = 0x68;
    public const int Flash = 0x6C;
    public const int Crc = 0x70;
    public const int CrcEnable = 0x74;
    public const int CrcBit = 0x78;
    public const int Watchdog = 0x7C;
    public const int Vtor = 0x80;
    public const int Arguments = 0x84;

    /// <summary>A word that nobody reads: what there is nothing of is pointed here.</summary>
    public const int Unused = 0xA8;

    public const int Entry = 0xC0;

    /// <summary>The loader's own calls, and one exception frame.</summary>
    public const uint StackBytes = 192;

    /// <summary>SCB_VTOR wants the vector table so.</summary>
    public const uint Alignment = 512;

    public static byte[] Of(string name)
    {
        using var stream = typeof(LoaderBlob).Assembly.GetManifestResourceStream(Path.Combine("Loaders", name, "loader.bin"))
            ?? throw new InvalidOperationException($"The loader {name} is missing from this build.");
        var blob = new byte[stream.Length];
        stream.ReadExactly(blob);
        return blob;
    }

    public static void Set(Span<byte> blob, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(blob[at..], value);

    /// <summary>What the program is told before it starts.</summary>
    public static void Fill(Span<byte> code, FlashTarget target, FlashController flash, LoaderPart part, LoaderRam ram)
    {
        var unused = ram.Base + Unused;
        Set(code, Ring, ram.Ring);
        Set(code, RingEnd, ram.RingEnd);
        Set(code, SlotData, (uint)ram.SlotData);
        Set(code, Unit, (uint)flash.Access);
        Set(code, UnitTicks, Ticks(target, flash.TimeOfProgram(1).Least));
        Set(code, Erased, flash.Grain.ErasedWord);
        Set(code, Flash, target.Device.Flash.Controller.Value);
        Set(code, Crc, target.Device.Crc?.At.Value ?? 0);
        Set(code, CrcEnable, target.Device.Crc?.Clock.At.Value ?? unused);
        Set(code, CrcBit, target.Device.Crc?.Clock.Mask ?? 0);
        Set(code, Watchdog, part.Watchdog?.Value ?? unused);
        Set(code, Vtor, target.Device.Core == "Cortex-M0" ? 0 : 0xE000_ED08); // that core alone has no SCB_VTOR
        for (var i = 0; i < part.Arguments.Count; i++)
        {
            Set(code, Arguments + (4 * i), part.Arguments[i]);
        }
    }

    /// <summary>Core cycles in a time.</summary>
    public static uint Ticks(FlashTarget target, TimeSpan time) => (uint)(time.TotalSeconds * target.CoreHertz);
}
