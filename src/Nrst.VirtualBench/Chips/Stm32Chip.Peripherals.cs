using Nrst.VirtualBench.Chips.Peripherals;
using Nrst.VirtualBench.Chips.Series;

namespace Nrst.VirtualBench.Chips;

// The blocks of registers that the table of the series asks for.
internal sealed partial class Stm32Chip
{
    private readonly Dictionary<int, InterruptLine> lines = [];
    private readonly Dictionary<int, Usart> usarts = [];
    private readonly Dictionary<char, IGpio> gpios = [];
    private readonly List<(IFreezable Counter, FreezeBit Bit)> freezables = [];
    private readonly List<UsartByte> usartLog = [];

    /// <summary>Every byte that left a TX pin since the chip was built.</summary>
    public IReadOnlyList<UsartByte> UsartLog => usartLog;

    /// <summary>The numbers of the USARTs that this die has.</summary>
    public IReadOnlyCollection<int> Usarts => usarts.Keys;

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
    public void DrivePin(char port, int pin, bool? level) => gpios[port].Drive(pin, level);

    private InterruptLine.Input Line(int number)
    {
        if (!lines.TryGetValue(number, out var line))
        {
            lines[number] = line = new InterruptLine(this, number);
        }

        return line.NewInput();
    }

    private void AddPeripherals()
    {
        foreach (var block in series.Blocks)
        {
            Add(block);
        }
    }

    private void Add(Block block)
    {
        switch (block)
        {
            case GpioBlock gpio:
                gpios[gpio.Port] = peripherals.Add(gpio.At, GpioOf(gpio), gpio.Enable);
                break;
            case UsartBlock usart:
                usarts[usart.Number] = peripherals.Add(
                    usart.At,
                    new Usart(
                        this, usart.Number, usart.HasIcr ? UsartLayout.WithIcr : UsartLayout.WithDr, ClockOf(usart.Bus), Line(usart.Interrupt), Sent),
                    usart.Enable);
                break;
            case TimerBlock timer:
                AddTimer(timer);
                break;
            case IwdgBlock iwdg:
                Freezable(peripherals.Add(iwdg.At, new Iwdg(this, () => flash.HardwareWatchdog)), series.Dbgmcu.Iwdg);
                break;
            case WwdgBlock wwdg:
                var window = new Wwdg(this, () => rcc.Pclk1, Line(wwdg.Interrupt), () => flash.HardwareWindowWatchdog);
                Freezable(peripherals.Add(wwdg.At, window, wwdg.Enable), series.Dbgmcu.Wwdg);
                break;
            case SyscfgBlock syscfg:
                peripherals.Add(syscfg.At, new Syscfg(mode => bus.MemoryMode = mode, () => bootMode), syscfg.Enable);
                break;
            case DmaBlock dma:
                peripherals.Add(dma.At, new Dma(this, dma.HasStreams), dma.Enable);
                break;
            case OtherBlock other:
                peripherals.Add(other.At, other.Make(this), other.Enable, other.Size);
                break;
            default:
                throw new NotSupportedException($"No model for a {block.GetType().Name}.");
        }
    }

    private IGpio GpioOf(GpioBlock block) => block.Kind == GpioKind.Configurations
        ? new ConfigurationGpio(block.Port, change => PinChanged?.Invoke(change))
        : new Gpio(block.Port, change => PinChanged?.Invoke(change));

    private Func<long> ClockOf(Bus bus) => bus switch
    {
        Bus.Apb1 => () => rcc.Pclk1,
        Bus.Apb2 => () => rcc.Pclk2,
        _ => () => rcc.Hclk,
    };

    private void AddTimer(TimerBlock place)
    {
        Func<long> clock = place.Bus == Bus.Apb2 ? () => rcc.TimerClock2 : () => rcc.TimerClock1;
        var compare = place.Compare is { } number ? Line(number) : null;
        var timer = new UpCounter(this, place.Bits, place.Channels, clock, Line(place.Interrupt), compare);
        peripherals.Add(place.At, timer, place.Enable);
        rcc.ClocksChanged += now => timer.ClockChanged(now);
        Freezable(timer, place.Freeze);
    }

    private void Freezable(IFreezable counter, FreezeBit? bit)
    {
        if (bit is { } stop)
        {
            freezables.Add((counter, stop));
        }
    }

    private void Sent(UsartByte sent)
    {
        usartLog.Add(sent);
        UsartOutput?.Invoke(sent);
    }

    private void FreezeCounters(long now)
    {
        if (!debugMcu.FreezesAnything && !anyFrozen)
        {
            return;
        }

        anyFrozen = false;
        foreach (var (counter, bit) in freezables)
        {
            var frozen = core.Halted && (debugMcu[bit.Register] & 1u << bit.Bit) != 0;
            counter.Freeze(frozen, now);
            anyFrozen |= frozen;
        }
    }
}
