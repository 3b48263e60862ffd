using Nrst.Flash.Loaders;
using static Nrst.Flash.Stm32L5.FlashRegisters;

namespace Nrst.Flash.Stm32L5;

/// <summary>
/// The flash of the STM32L5, U5 and U3 by its non-secure registers, TrustZone being off: pages of 2, 4 or 8 KiB, programmed 64 or 128 bits at
/// a time. Follows RM0438, RM0456 and RM0487, "Flash main memory erase sequences" and "Flash main memory programming sequences", step by step.
/// </summary>
/// <param name="raise">Raises the core's voltage where the flash would not take anything without; null where it always does.</param>
internal sealed class Stm32L5Flash(FlashChip chip, Action<FlashChip>? raise) : FlashController(chip)
{
    private static readonly TimeSpan s_cacheEmpties = TimeSpan.FromMilliseconds(10);

    private readonly Address _at = chip.Flash.Controller;

    public override LoaderPart Loader => new("stm32l5");

    protected override void Prepare() => raise?.Invoke(Chip);

    public override bool IsLocked => Memory.Read(_at, NSCR).HasFlag(FlashNscr.LOCK);

    protected override bool WriteKeys() => WriteKeys(_at, NSKEYR, FlashKey.First, FlashKey.Second, NSCR, FlashNscr.LOCK);

    protected override void WriteLock() => Memory.Write(_at, NSCR, FlashNscr.LOCK);

    protected override string ShowControl() => NSCR.Show(Memory.Read(_at, NSCR));

    protected override void ForgetErrors() => Memory.Write(_at, NSSR, FlashNssr.Clearable);

    protected override FlashStatus ReadStatus(AddressRange where) => Decode((uint)Memory.Read(_at, NSSR));

    public override FlashStatus Decode(uint status)
    {
        var flags = (FlashNssr)status;
        var fault = flags switch
        {
            _ when (flags & FlashNssr.Errors) == 0 => FlashFault.None,
            _ when flags.HasFlag(FlashNssr.WRPERR) => FlashFault.WriteProtected,
            _ when flags.HasFlag(FlashNssr.PROGERR) => FlashFault.NotBlank,
            _ when flags.HasFlag(FlashNssr.OPERR) => FlashFault.Broken,
            _ => FlashFault.Sequence,
        };
        return new FlashStatus((flags & FlashNssr.Busy) != 0, fault, NSSR.Show(flags));
    }

    /// <summary>FLASH_NSCR for erasing one page, without STRT. BKER names the bank of the silicon, wherever SWAP_BANK maps it.</summary>
    public override uint EraseWord(FlashSector sector)
    {
        var bank = Chip.Layout.Banks.First(bank => bank.Layout.Sectors.Contains(sector));
        return (uint)(FlashNscr.PER | FlashNscr.Page(bank.FieldOf(sector)) | (bank.Number == 2 ? FlashNscr.BKER : 0));
    }

    /// <summary>FLASH_NSCR for erasing everything, without STRT; two banks used as one still are two.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        [((uint)(FlashNscr.MER1 | (Chip.Flash.DualBank ? FlashNscr.MER2 : 0)), Chip.Layout.Range, TimeOfEraseAll())];

    protected override void StartErase(uint word)
    {
        Memory.Write(_at, NSCR, (FlashNscr)word);
        Memory.Write(_at, NSCR, (FlashNscr)word | FlashNscr.STRT);
    }

    protected override void StartProgram(Address at) => Memory.Write(_at, NSCR, FlashNscr.PG);

    /// <summary>Two or four words; the last one starts the operation.</summary>
    protected override void WriteUnit(Address at, ReadOnlySpan<byte> unit) => Memory.Write(at, unit);

    protected override void Idle() => Memory.Write(_at, NSCR, default);

    /// <summary>The flash itself has no cache; the ICACHE in front of it has, and is left as it is where it is off.</summary>
    public override void ResetCaches()
    {
        var before = Memory.Read(Icache, ICACHE_CR);
        if (before.HasFlag(IcacheCr.EN))
        {
            Memory.Write(Icache, ICACHE_CR, before | IcacheCr.CACHEINV);
            var deadline = Chip.Clock.Now + s_cacheEmpties;
            while (Memory.Read(Icache, ICACHE_SR).HasFlag(IcacheSr.BUSYF) && Chip.Clock.Now < deadline)
            {
                Chip.Clock.Wait(TimeSpan.FromMicroseconds(10));
            }
        }
    }
}
