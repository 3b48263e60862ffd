using Nrst.VirtualBench.Chips.Stm32F4.Peripherals;

namespace Nrst.VirtualBench.Chips.Stm32F4;

// Which peripherals the die has, where they are, and what clocks them: RM0090, "Memory map" and "RCC register map".
internal sealed partial class Stm32F4Chip
{
    private const uint AHB1ENR = 0x30, AHB2ENR = 0x34, APB1ENR = 0x40, APB2ENR = 0x44;

    private static readonly UsartPlace[] UsartPlaces =
    [
        new(1, 0x4001_1000, APB2ENR, 4, 37), new(2, 0x4000_4400, APB1ENR, 17, 38), new(3, 0x4000_4800, APB1ENR, 18, 39),
        new(4, 0x4000_4C00, APB1ENR, 19, 52), new(5, 0x4000_5000, APB1ENR, 20, 53), new(6, 0x4001_1400, APB2ENR, 5, 71),
        new(7, 0x4000_7800, APB1ENR, 30, 82), new(8, 0x4000_7C00, APB1ENR, 31, 83), new(9, 0x4001_1800, APB2ENR, 6, 88),
        new(10, 0x4001_1C00, APB2ENR, 7, 89),
    ];

    private static readonly TimerPlace[] TimerPlaces =
    [
        new(1, 0x4001_0000, APB2ENR, 0, 16, 4, 25, 27, 0), new(2, 0x4000_0000, APB1ENR, 0, 32, 4, 28, null, 0),
        new(3, 0x4000_0400, APB1ENR, 1, 16, 4, 29, null, 1), new(4, 0x4000_0800, APB1ENR, 2, 16, 4, 30, null, 2),
        new(5, 0x4000_0C00, APB1ENR, 3, 32, 4, 50, null, 3), new(6, 0x4000_1000, APB1ENR, 4, 16, 0, 54, null, 4),
        new(7, 0x4000_1400, APB1ENR, 5, 16, 0, 55, null, 5), new(8, 0x4001_0400, APB2ENR, 1, 16, 4, 44, 46, 1),
        new(9, 0x4001_4000, APB2ENR, 16, 16, 2, 24, null, 16), new(10, 0x4001_4400, APB2ENR, 17, 16, 1, 25, null, 17),
        new(11, 0x4001_4800, APB2ENR, 18, 16, 1, 26, null, 18), new(12, 0x4000_1800, APB1ENR, 6, 16, 2, 43, null, 6),
        new(13, 0x4000_1C00, APB1ENR, 7, 16, 1, 44, null, 7), new(14, 0x4000_2000, APB1ENR, 8, 16, 1, 45, null, 8),
    ];

    private readonly Dictionary<int, InterruptLine> lines = [];
    private readonly Dictionary<int, Usart> usarts = [];
    private readonly Dictionary<char, Gpio> ports = [];
    private readonly List<(IFreezable Counter, uint Apb, uint Mask)> freezables = [];
    private readonly List<UsartByte> usartLog = [];

    /// <summary>Every byte that left a TX pin since the chip was built.</summary>
    public IReadOnlyList<UsartByte> UsartLog => usartLog;

    /// <summary>A byte left a TX pin.</summary>
    public event Action<UsartByte>? UsartOutput;

    /// <summary>A GPIO output changed level.</summary>
    public event Action<PinChange>? PinChanged;

    /// <summary>Sends bytes to the RX pin of a USART.</summary>
    public void UsartInput(int usart, ReadOnlySpan<byte> bytes, long now)
    {
        RunUntil(now);
        usarts[usart].Receive(bytes, now);
    }

    /// <summary>The board pulls a pin to a level, or lets it float: <c>DrivePin('C', 13, false)</c> presses the blue button.</summary>
    public void DrivePin(char port, int pin, bool? level) => ports[port].Drive(pin, level);

    private InterruptLine.Input Line(int number)
    {
        if (!lines.TryGetValue(number, out var line))
        {
            lines[number] = line = new InterruptLine(this, number);
        }

        return line.NewInput();
    }

    private void AddPeripherals(Stm32F4Traits traits)
    {
        foreach (var port in traits.GpioPorts)
        {
            ports[port] = peripherals.Add(
                0x4002_0000 + (uint)((port - 'A') * 0x400), new Gpio(port, change => PinChanged?.Invoke(change)), (AHB1ENR, port - 'A'));
        }

        foreach (var place in UsartPlaces.Where(place => traits.Usarts.Contains(place.Number)))
        {
            Func<long> clock = place.Enable == APB2ENR ? () => rcc.Pclk2 : () => rcc.Pclk1;
            usarts[place.Number] = peripherals.Add(
                place.At, new Usart(this, place.Number, clock, Line(place.Interrupt), Sent), (place.Enable, place.Bit));
        }

        foreach (var place in TimerPlaces.Where(place => traits.Timers.Contains(place.Number)))
        {
            AddTimer(place);
        }

        peripherals.Add(0x4002_3000, new CrcUnit(), (AHB1ENR, 12));
        peripherals.Add(0x4002_6000, new RegisterFile(), (AHB1ENR, 21));
        peripherals.Add(0x4002_6400, new RegisterFile(), (AHB1ENR, 22));
        peripherals.Add(0x5006_0800, new Rng(), (AHB2ENR, 6));
        peripherals.Add(0x4000_7000, new Pwr(), (APB1ENR, 28));
        peripherals.Add(0x4001_3800, new Syscfg(mode => bus.MemoryMode = mode), (APB2ENR, 14));
        peripherals.Add(0x4001_3C00, new Exti(this));
        peripherals.Add(0x4001_2000, new Adc());
        peripherals.Add(0x4000_2800, new Rtc());
        freezables.Add((peripherals.Add(0x4000_3000, new Iwdg(this, () => flash.Options.HardwareWatchdog)), APB1ENR, 1 << 12));
        freezables.Add((peripherals.Add(0x4000_2C00, new Wwdg(this, () => rcc.Pclk1, Line(0)), (APB1ENR, 11)), APB1ENR, 1 << 11));
    }

    private void AddTimer(TimerPlace place)
    {
        Func<long> clock = place.Enable == APB2ENR ? () => rcc.TimerClock2 : () => rcc.TimerClock1;
        var compare = place.Compare is { } number ? Line(number) : null;
        var timer = new UpCounter(this, place.Bits, place.Channels, clock, Line(place.Interrupt), compare);
        peripherals.Add(place.At, timer, (place.Enable, place.Bit));
        rcc.ClocksChanged += now => timer.ClockChanged(now);
        freezables.Add((timer, place.Enable, 1u << place.FreezeBit));
    }

    private void Sent(UsartByte sent)
    {
        usartLog.Add(sent);
        UsartOutput?.Invoke(sent);
    }

    private void FreezeCounters(long now)
    {
        if ((debugMcu.Apb1Freeze | debugMcu.Apb2Freeze) == 0 && !anyFrozen)
        {
            return;
        }

        anyFrozen = false;
        foreach (var (counter, apb, mask) in freezables)
        {
            var frozen = core.Halted && ((apb == APB2ENR ? debugMcu.Apb2Freeze : debugMcu.Apb1Freeze) & mask) != 0;
            counter.Freeze(frozen, now);
            anyFrozen |= frozen;
        }
    }

    private sealed record UsartPlace(int Number, uint At, uint Enable, int Bit, int Interrupt);

    private sealed record TimerPlace(
        int Number, uint At, uint Enable, int Bit, int Bits, int Channels, int Interrupt, int? Compare, int FreezeBit);
}
