namespace Nrst.VirtualBench.Chips.Stm32F4.Peripherals;

/// <summary>Reset and clock control at 0x4002_3800: the clock tree, the enables, and who caused the last reset.</summary>
/// <remarks>RM0090, "Reset and clock control". Start-up times are the typical ones of the data sheet.</remarks>
internal sealed class Rcc(ChipOptions options) : IPeripheral
{
    private const long HsiHertz = 16_000_000;
    private const uint HSION = 1 << 0, HSEON = 1 << 16, PLLON = 1 << 24, PLLI2SON = 1 << 26, PLLSAION = 1 << 28;
    private const uint Oscillators = HSION | HSEON | PLLON | PLLI2SON | PLLSAION; // each with its ready bit one place to the left
    private const uint Cr = 0x00, Pllcfgr = 0x04, Cfgr = 0x08, Cir = 0x0C, Bdcr = 0x70, Csr = 0x74;
    private const uint ResetFlags = 0xFE00_0000;

    private static readonly (uint Offset, uint Value)[] ResetValues =
    [
        (Cr, 0x0000_0083), (Pllcfgr, 0x2400_3010), (0x30, 0x0010_0000), (0x50, 0x7E67_91FF), (0x54, 0xF1), (0x58, 1), (0x60, 0x36FE_C9FF),
        (0x64, 0x0007_7F33), (0x84, 0x2400_3000), (0x88, 0x2400_3000),
    ];

    private readonly uint[] registers = new uint[0x98 / 4];
    private readonly Dictionary<uint, long> ready = [];
    private long lsiReady, lseReady;

    /// <summary>HCLK, PCLK1 and PCLK2 may have changed.</summary>
    public event Action<long>? ClocksChanged;

    /// <summary>AHBxRSTR or APBxRSTR was written: the enable register of the same bus, the bits newly set, the time.</summary>
    public event Action<uint, uint, long>? PeripheralReset;

    public long Hclk { get; private set; } = HsiHertz;

    public long Pclk1 { get; private set; } = HsiHertz;

    public long Pclk2 { get; private set; } = HsiHertz;

    /// <summary>Timers run at twice their APB clock when that is divided.</summary>
    public long TimerClock1 => Pclk1 == Hclk ? Pclk1 : 2 * Pclk1;

    public long TimerClock2 => Pclk2 == Hclk ? Pclk2 : 2 * Pclk2;

    public uint EnableRegister(uint offset) => registers[offset / 4];

    public uint Read(uint offset, long now)
    {
        if (offset / 4 >= registers.Length)
        {
            return 0;
        }

        var value = registers[offset / 4];
        return offset switch
        {
            Cr => value | ReadyBits(value, now),
            Cfgr => value | ((value & 3) << 2), // SWS follows SW
            Bdcr => value | (lseReady != 0 && now >= lseReady ? 2u : 0),
            Csr => value | (lsiReady != 0 && now >= lsiReady ? 2u : 0),
            _ => value,
        };
    }

    public void Write(uint offset, uint value, uint mask, long now)
    {
        if (offset / 4 >= registers.Length)
        {
            return;
        }

        var old = registers[offset / 4];
        var wanted = (old & ~mask) | (value & mask);
        switch (offset)
        {
            case Cr:
                WriteControl(old, wanted, now);
                break;
            case Cfgr:
                // A switch to a clock that is not ready is not carried out.
                var source = wanted & 3;
                registers[offset / 4] = (wanted & ~0xFu) | (SourceReady(source, now) ? source : old & 3);
                break;
            case Csr:
                registers[offset / 4] = (old & ((wanted & 1 << 24) != 0 ? 0 : ResetFlags)) | (wanted & 1);
                lsiReady = (wanted & 1) == 0 ? 0 : lsiReady != 0 ? lsiReady : now + 40_000;
                break;
            case Bdcr:
                registers[offset / 4] = (wanted & 1 << 16) != 0 ? 1u << 16 : wanted & ~2u;
                lseReady = (wanted & 1 << 16) != 0 || (wanted & 1) == 0 ? 0 : lseReady != 0 ? lseReady : now + 500_000_000;
                break;
            default:
                registers[offset / 4] = wanted;
                if (offset is >= 0x10 and <= 0x24)
                {
                    PeripheralReset?.Invoke(offset + 0x20, wanted & ~old, now);
                }

                break;
        }

        UpdateClocks(now);
    }

    public void Reset(long now)
    {
        var (csr, bdcr) = (registers[Csr / 4] & ResetFlags, registers[Bdcr / 4]);
        registers.AsSpan().Clear();
        foreach (var (offset, value) in ResetValues)
        {
            registers[offset / 4] = value;
        }

        // Only a power reset touches the reset flags and the backup domain.
        (registers[Csr / 4], registers[Bdcr / 4], lsiReady) = (csr, bdcr, 0);
        ready.Clear();
        ready[HSION] = 0;
        UpdateClocks(now);
    }

    public void PowerOn(long now)
    {
        (registers[Csr / 4], registers[Bdcr / 4], lseReady) = (0, 0, 0);
        Reset(now);
    }

    public void FlagReset(ResetSource source) => registers[Csr / 4] |= (uint)source;

    private void WriteControl(uint old, uint wanted, long now)
    {
        var inUse = (registers[Cfgr / 4] & 3) switch { 0 => HSION, 1 => HSEON, _ => PLLON };
        wanted |= inUse; // the clock the system runs on cannot be stopped
        registers[Cr / 4] = wanted & ~(Oscillators << 1);
        foreach (var on in (ReadOnlySpan<uint>)[HSION, HSEON, PLLON, PLLI2SON, PLLSAION])
        {
            if ((wanted & on) == 0)
            {
                ready.Remove(on);
            }
            else if ((old & on) == 0 || !ready.ContainsKey(on))
            {
                ready[on] = now + StartUp(on, bypassed: (wanted & 1 << 18) != 0);
            }
        }
    }

    private long StartUp(uint oscillator, bool bypassed) => oscillator switch
    {
        HSION => 2_200,
        HSEON when options.HseHertz is null => long.MaxValue / 2,
        HSEON => bypassed ? 1_000 : 2_000_000,
        _ => 100_000,
    };

    private uint ReadyBits(uint value, long now)
    {
        var bits = 0u;
        foreach (var (on, at) in ready)
        {
            bits |= (value & on) != 0 && now >= at ? on << 1 : 0;
        }

        return bits;
    }

    private bool SourceReady(uint source, long now) => source switch
    {
        0 => IsReady(HSION, now),
        1 => IsReady(HSEON, now),
        2 => IsReady(PLLON, now),
        _ => false,
    };

    private bool IsReady(uint oscillator, long now) => ready.TryGetValue(oscillator, out var at) && now >= at;

    private void UpdateClocks(long now)
    {
        var cfgr = registers[Cfgr / 4];
        var sysclk = (cfgr & 3) switch { 0 => HsiHertz, 1 => options.HseHertz ?? HsiHertz, _ => PllHertz() };
        var hpre = (cfgr >> 4) & 0xF;
        var hclk = hpre < 8 ? sysclk : sysclk >> (int)(hpre < 12 ? hpre - 7 : hpre - 6);
        var (pclk1, pclk2) = (Apb(hclk, cfgr >> 10), Apb(hclk, cfgr >> 13));
        if ((hclk, pclk1, pclk2) != (Hclk, Pclk1, Pclk2))
        {
            (Hclk, Pclk1, Pclk2) = (hclk, pclk1, pclk2);
            ClocksChanged?.Invoke(now);
        }
    }

    private static long Apb(long hclk, uint ppre) => (ppre & 4) == 0 ? hclk : hclk >> (int)((ppre & 3) + 1);

    private long PllHertz()
    {
        var pll = registers[Pllcfgr / 4];
        var input = (pll & 1 << 22) != 0 ? options.HseHertz ?? HsiHertz : HsiHertz;
        var (m, n, p) = (Math.Max(pll & 0x3F, 2), Math.Max((pll >> 6) & 0x1FF, 2), 2 * (((pll >> 16) & 3) + 1));
        return input * n / m / p;
    }
}
