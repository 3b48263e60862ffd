using System.Runtime.CompilerServices;

namespace Nrst.Flash;

/// <summary>A 32-bit register: where it is, and the type its bits read as.</summary>
internal readonly record struct Register<T>(string Name, uint Offset) where T : unmanaged, Enum
{
    /// <summary><c>FLASH_SR = 0x00000010 (WRPERR)</c>.</summary>
    public string Show(T value) => $"{Name} = 0x{Unsafe.BitCast<T, uint>(value):X8} ({value})";
}

/// <summary>Registers by their types, so that masks and shifts stand in their definition and nowhere else.</summary>
internal static class Registers
{
    extension<T>(T value) where T : unmanaged, Enum
    {
        /// <summary>The register as a number.</summary>
        public uint Word => Unsafe.BitCast<T, uint>(value);
    }

    /// <summary>The number as a register.</summary>
    public static T As<T>(this uint value) where T : unmanaged, Enum => Unsafe.BitCast<uint, T>(value);

    public static T Read<T>(this ITargetMemory memory, Address controller, Register<T> register) where T : unmanaged, Enum =>
        Unsafe.BitCast<uint, T>(memory.Read32(controller + register.Offset));

    public static void Write<T>(this ITargetMemory memory, Address controller, Register<T> register, T value)
        where T : unmanaged, Enum =>
        memory.Write32(controller + register.Offset, Unsafe.BitCast<T, uint>(value));

    public static WordAccess ReadOf<T>(this Address controller, Register<T> register) where T : unmanaged, Enum =>
        WordAccess.Read(controller + register.Offset);

    public static WordAccess WriteOf<T>(this Address controller, Register<T> register, T value) where T : unmanaged, Enum =>
        WordAccess.Write(controller + register.Offset, Unsafe.BitCast<T, uint>(value));
}
