using Nrst.Targets;

namespace Nrst.VirtualBench.Chips.Stm32F4;

/// <summary>The information block at 0x1FFF_0000 and 0x1FFE_C000: bootloader, OTP, unique id, flash size, option-byte mirror.</summary>
internal sealed class SystemMemory(Device device, Part part, Stm32F4Traits traits, ChipOptions options, FlashController flash)
{
    public const uint OtpStart = 0x1FFF_7800;

    private const uint BootloaderEnd = 0x1FFF_7800;
    private const uint PackageAt = 0x1FFF_7BF0;

    public static bool Covers(uint address) =>
        address is >= 0x1FFF_0000 and < 0x1FFF_7C00 or >= 0x1FFF_C000 and < 0x1FFF_C010 or >= 0x1FFE_C000 and < 0x1FFE_C010;

    public static bool IsOtp(uint address) => address - OtpStart < 528;

    public uint Read(uint address, int bytes)
    {
        var value = 0u;
        for (var i = bytes - 1; i >= 0; i--)
        {
            value = (value << 8) | ByteAt(address + (uint)i);
        }

        return value;
    }

    private byte ByteAt(uint address)
    {
        if (address < 0x1FFF_0000 || address >= 0x1FFF_C000)
        {
            var bank = address >= 0x1FFF_C000 ? 1 : 2;
            var offset = address & 0xF;
            return bank == 2 && !device.Flash.DualBank
                ? (byte)0xFF
                : (byte)(flash.Options.Mirror(bank, offset & 0xC) >> (int)(8 * (offset & 3)));
        }

        if (address < BootloaderEnd)
        {
            return address == traits.BootloaderId.At ? traits.BootloaderId.Value : BootloaderByte(address);
        }

        if (IsOtp(address))
        {
            return flash.Otp[address - OtpStart];
        }

        var id = address - device.UniqueIdAt.Value;
        if (id < options.UniqueId.Count)
        {
            return options.UniqueId[(int)id];
        }

        return (address - device.Flash.Size.At.Value) switch
        {
            0 => (byte)part.FlashKiB,
            1 => (byte)(part.FlashKiB >> 8),
            _ => address is PackageAt or PackageAt + 1 ? (byte)0 : (byte)0xFF,
        };
    }

    /// <summary>Not ST's bootloader, only its shape: a stack pointer, a reset vector, and a loop that the core can rest in.</summary>
    private static byte BootloaderByte(uint address) => (address - 0x1FFF_0000) switch
    {
        0x0 => 0x00,
        0x1 => 0x30,
        0x2 => 0x00,
        0x3 => 0x20, // SP = 0x2000_3000
        0x4 => 0x41,
        0x5 => 0x00,
        0x6 => 0xFF,
        0x7 => 0x1F, // reset: 0x1FFF_0040
        0x40 => 0xFE,
        0x41 => 0xE7, // b .
        _ => 0xFF,
    };
}
