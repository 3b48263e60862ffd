using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Probes;

/// <summary>A memory access port: an address, a mode, and a window onto a bus.</summary>
internal sealed class AhbAp(IMemoryPort target)
{
    public const int CSW = 0x00;
    public const int TAR = 0x04;
    public const int DRW = 0x0C;
    public const int BD0 = 0x10;
    public const int BD3 = 0x1C;
    public const int CFG = 0xF4;
    public const int BASE = 0xF8;
    public const int IDR = 0xFC;

    public const uint DeviceEnabled = 1u << 6;

    private const uint SizeMask = 7;
    private const uint SingleIncrement = 1u << 4;
    private const uint PackedIncrement = 2u << 4;
    private const uint TransferInProgress = 1u << 7;

    // CSW.PROT[6], HNONSEC: 0 asks for a secure access.
    private const uint NonSecure = 1u << 30;

    // TAR counts only in its low ten bits; whoever streams across a KiB writes TAR again.
    private const uint TarCountMask = 0x3FF;

    private uint _csw = target.ResetCsw;
    private uint _tar;

    /// <param name="now">Time of the access; moves on when the bus makes it wait.</param>
    public BusStatus Read(int register, out uint value, ref long now)
    {
        value = register switch
        {
            CSW => _csw | DeviceEnabled,
            TAR => _tar,
            BASE => target.Base,
            IDR => target.Idr,
            _ => 0,
        };
        if (register == DRW)
        {
            var status = Access(_tar, write: false, ref value, ref now);
            CountAfter(status);
            return status;
        }

        return IsBanked(register) ? Access(BankedAddress(register), write: false, ref value, ref now) : BusStatus.Ok;
    }

    public BusStatus Write(int register, uint value, ref long now)
    {
        switch (register)
        {
            case CSW:
                // Packed transfers are not built in: the field does not take the value.
                _csw = (value & 0x30) == PackedIncrement ? value & ~PackedIncrement : value;
                _csw &= ~TransferInProgress;
                return BusStatus.Ok;
            case TAR:
                _tar = value;
                return BusStatus.Ok;
            case DRW:
                var status = Access(_tar, write: true, ref value, ref now);
                CountAfter(status);
                return status;
            default:
                return IsBanked(register) ? Access(BankedAddress(register), write: true, ref value, ref now) : BusStatus.Ok;
        }
    }

    private static bool IsBanked(int register) => register is >= BD0 and <= BD3;

    private uint BankedAddress(int register) => (_tar & ~0xFu) | (uint)(register & 0xC);

    /// <summary>Bytes and half-words travel on the lanes of DRW that their address says.</summary>
    private BusStatus Access(uint address, bool write, ref uint value, ref long now)
    {
        var bytes = (_csw & SizeMask) switch { 0 => 1, 1 => 2, _ => 4 };
        address &= ~(uint)(bytes - 1);
        var lane = (int)(address & 3) * 8;
        var secure = (_csw & NonSecure) == 0;
        if (write)
        {
            var mask = bytes == 4 ? uint.MaxValue : (1u << bytes * 8) - 1;
            return target.Write(address, bytes, value >> lane & mask, secure, ref now);
        }

        var status = target.Read(address, bytes, out var data, secure, ref now);
        value = data << lane;
        return status;
    }

    // A refused access leaves TAR on the address that was refused.
    private void CountAfter(BusStatus status)
    {
        if (status == BusStatus.Ok && (_csw & SingleIncrement) != 0)
        {
            var step = (_csw & SizeMask) switch { 0 => 1u, 1 => 2u, _ => 4u };
            _tar = (_tar & ~TarCountMask) | (_tar + step & TarCountMask);
        }
    }
}
