using System.Globalization;
using Nrst.Targets;
using static Nrst.Flash.Stm32F4.FlashRegisters;

namespace Nrst.Flash.Stm32F4;

/// <summary>
/// The flash of the STM32F4: sectors of 16 to 128 KiB, programmed 8, 16 or 32 bits at a time.
/// Follows RM0090, "Erase" and "Programming", step by step.
/// </summary>
internal sealed class Stm32F4Flash(
    ITargetMemory memory, IWordBatch words, IClock clock, FlashDescription flash, BankedLayout layout, Parallelism parallelism)
    : IFlashDriver
{
    private readonly Address _at = flash.Controller;

    /// <summary>No operation of this flash takes longer.</summary>
    public TimeSpan LongestLimit => flash.Times.EraseOfAll(layout, parallelism).Limit;

    /// <summary>FLASH_CR for erasing one sector, without STRT. The second bank's sectors are 0x10 and up.</summary>
    public FlashCr EraseCommand(FlashSector sector) => FlashCr.SER | FlashCr.Sector(NumberOf(sector)) | FlashCr.Size(parallelism);

    /// <summary>FLASH_CR for erasing everything, without STRT.</summary>
    public FlashCr EraseAllCommand() =>
        FlashCr.MER | (layout.Banks.Count > 1 ? FlashCr.MER1 : 0) | FlashCr.Size(parallelism);

    public void Erase(FlashSector sector) =>
        Erase(EraseCommand(sector), sector.Range, flash.Times.EraseOf(sector, parallelism));

    public void EraseAll() => Erase(EraseAllCommand(), layout.Range, flash.Times.EraseOfAll(layout, parallelism));

    public void Program(Address at, ReadOnlySpan<byte> data)
    {
        if (!at.IsAligned(4) || data.Length % 4 != 0)
        {
            throw new ArgumentException("Flash takes whole, aligned words; the planner widens to them.");
        }

        var where = new AddressRange(at, (uint)data.Length);
        using var unlocked = Unlock(where);
        ForgetOldErrors();
        memory.Write(_at, CR, FlashCr.PG | FlashCr.Size(parallelism));
        var limit = flash.Times.ProgramOf(1).Limit;
        var unit = parallelism.Bytes;
        for (var offset = 0; offset < data.Length; offset += unit)
        {
            var piece = data.Slice(offset, unit);
            if (piece.ContainsAnyExcept((byte)0xFF))
            {
                memory.Write(at + (uint)offset, piece, (AccessSize)unit);
                Settle(new AddressRange(at + (uint)offset, (uint)unit), WaitWhileBusy(where, limit));
            }
        }
    }

    /// <summary>Opens FLASH_CR for the loader, which closes it at its end.</summary>
    public void UnlockForLoader()
    {
        OpenControl(layout.Range);
        ForgetOldErrors();
    }

    /// <summary>Opens FLASH_CR for writing; disposing closes it on every way out.</summary>
    public Unlocked Unlock(AddressRange where)
    {
        OpenControl(where);
        return new Unlocked(this);
    }

    private void OpenControl(AddressRange where)
    {
        WaitWhileBusy(where, LongestLimit);
        Span<uint> control = stackalloc uint[1];
        if (memory.Read(_at, CR).HasFlag(FlashCr.LOCK))
        {
            words.Run(
                [_at.WriteOf(KEYR, FlashKey.First), _at.WriteOf(KEYR, FlashKey.Second), _at.ReadOf(CR)],
                control);
            if (((FlashCr)control[0]).HasFlag(FlashCr.LOCK))
            {
                throw new FlashException("NRST2001", where, "The flash stays locked after both keys were written.")
                {
                    LikelyCause = "A wrong key sequence earlier locked FLASH_CR until the next reset, or the chip takes no writes.",
                    Evidence = [$"FLASH_CR = 0x{control[0]:X8}"],
                    Remedies = [new Remedy("Reset the chip with its pin and try again.", "nrst reset --connect under-reset")],
                };
            }
        }
    }

    /// <summary>Waits for whatever runs, then locks.</summary>
    public void Lock()
    {
        WaitWhileBusy(layout.Range, LongestLimit);
        memory.Write(_at, CR, FlashCr.LOCK);
    }

    public bool IsLocked => memory.Read(_at, CR).HasFlag(FlashCr.LOCK);

    /// <summary>Error flags outlive the job that raised them and block the next one. Writing a one clears.</summary>
    public void ForgetOldErrors() => memory.Write(_at, SR, FlashSr.EOP | FlashSr.Errors);

    /// <summary>The caches may hold what was in the flash before; they can be reset only while they are off.</summary>
    public void ResetCaches()
    {
        var before = memory.Read(_at, ACR);
        var off = before & ~(FlashAcr.ICEN | FlashAcr.DCEN);
        words.Run(
            [
                _at.WriteOf(ACR, off),
                _at.WriteOf(ACR, off | FlashAcr.ICRST | FlashAcr.DCRST),
                _at.WriteOf(ACR, off),
                _at.WriteOf(ACR, before),
            ],
            []);
    }

    /// <summary>Turns the controller's error flags into a failure that names the place.</summary>
    public static FlashException Failure(AddressRange where, FlashSr status) =>
        status.HasFlag(FlashSr.WRPERR)
            ? new FlashException("NRST2003", where, $"The flash at {where} is write-protected.")
            {
                LikelyCause = "An option byte (nWRP) covers this area, often set by a bootloader.",
                Evidence = [Show(status)],
                Remedies = [new Remedy("See which sectors are protected.", "nrst info")],
            }
            : new FlashException("NRST2002", where, $"The flash controller reports an error at {where}.")
            {
                LikelyCause = status switch
                {
                    _ when status.HasFlag(FlashSr.PGPERR) => "The access width does not fit PSIZE; something else writes FLASH_CR.",
                    _ when status.HasFlag(FlashSr.PGSERR) => "The controller was not ready to program: FLASH_CR is not what was written.",
                    _ when status.HasFlag(FlashSr.OPERR) => "The operation broke off, as a dip in the supply makes it do.",
                    _ => null,
                },
                Evidence = [Show(status)],
                Remedies = [new Remedy("Reset the chip and try again; if it stays, measure the supply while erasing.", "nrst info")],
            };

    /// <summary>An operation that ended before the silicon can have done it.</summary>
    public static FlashException TooFast(AddressRange where, FlashSr status, TimeSpan took, TimeSpan least) => new(
        "NRST2005",
        where,
        string.Create(CultureInfo.InvariantCulture, $"The flash did not execute the operation at {where}: it was over in {took.TotalMilliseconds:0.###} ms."))
    {
        LikelyCause = "The controller accepted the command and did nothing: a wrong chip, a clone, or a supply too low to erase.",
        Evidence =
        [
            string.Create(CultureInfo.InvariantCulture, $"it cannot take less than {least.TotalMilliseconds:0.###} ms"),
            Show(status),
        ],
        Remedies = [new Remedy("Check the chip's marking and its supply.", "nrst info")],
    };

    public static FlashException TooSlow(AddressRange where, TimeSpan limit, string seen) => new(
        "NRST2004", where, string.Create(CultureInfo.InvariantCulture, $"The flash did not finish at {where} within {limit.TotalSeconds:0.0} s."))
    {
        LikelyCause = "The flash is worn or its supply fails; the limit is twice the longest time in the data sheet.",
        Evidence = [seen],
        Remedies = [new Remedy("Reset the chip with its pin, measure the supply, and try again.", "nrst reset --connect under-reset")],
    };

    private void Erase(FlashCr command, AddressRange where, OperationTime time)
    {
        using var unlocked = Unlock(where);
        ForgetOldErrors();
        memory.Write(_at, CR, command);
        var start = clock.Now;
        memory.Write(_at, CR, command | FlashCr.STRT);
        clock.Wait(time.Least);
        var status = memory.Read(_at, SR);
        var failed = (status & FlashSr.Errors) != 0;
        if (!failed && !status.HasFlag(FlashSr.BSY))
        {
            throw TooFast(where, status, clock.Now - start, time.Least);
        }

        Settle(where, failed ? status : WaitWhileBusy(where, time.Limit));
    }

    private static void Settle(AddressRange where, FlashSr status)
    {
        if ((status & FlashSr.Errors) != 0)
        {
            throw Failure(where, status);
        }
    }

    private FlashSr WaitWhileBusy(AddressRange where, TimeSpan limit)
    {
        var deadline = clock.Now + limit;
        var pause = TimeSpan.Zero;
        while (true)
        {
            var status = memory.Read(_at, SR);
            if (!status.HasFlag(FlashSr.BSY))
            {
                return status;
            }

            if (clock.Now > deadline)
            {
                throw TooSlow(where, limit, Show(status));
            }

            clock.Wait(pause); // none after the first looks: programming a word is shorter than asking about it
            pause = pause < TimeSpan.FromMilliseconds(5) ? pause + TimeSpan.FromMilliseconds(0.5) : pause;
        }
    }

    private uint NumberOf(FlashSector sector)
    {
        var bank = layout.Banks.First(bank => bank.Layout.Sectors.Contains(sector));
        var index = (uint)(sector.Number - bank.Layout.Sectors[0].Number);
        return bank.Number == 2 ? 0x10 | index : (uint)sector.Number;
    }

    private static string Show(FlashSr status) => $"FLASH_SR = 0x{(uint)status:X8} ({status})";

    /// <summary>Locks the flash again on every way out. Never throws: it must not hide an earlier error.</summary>
    internal readonly ref struct Unlocked(Stm32F4Flash flash)
    {
        public void Dispose()
        {
            try
            {
                flash.Lock();
            }
            catch (NrstException)
            {
                // The wire is gone or the flash hangs; whoever opens the chip next starts from reset.
            }
        }
    }
}
