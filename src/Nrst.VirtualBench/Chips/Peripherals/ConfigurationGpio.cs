namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>A port whose pins can be driven from the board.</summary>
internal interface IGpio : IPeripheral
{
    /// <summary>The board drives a pin, or lets it go.</summary>
    void Drive(int pin, bool? level);

    /// <summary>Pins 13 and 14 of this port still lead to the debug port, as after a reset.</summary>
    bool CarriesDebug { get; }
}

/// <summary>A GPIO port of the F1: four bits a pin in CRL and CRH, and ODR chooses the pull resistor of an input.</summary>
internal sealed class ConfigurationGpio(char port, Action<PinChange> changed) : IGpio
{
    private const uint Floating = 0x4444_4444;

    private readonly uint[] registers = [Floating, Floating, 0, 0, 0, 0, 0];
    private uint driven;
    private uint levels;
    private uint shown;

    /// <summary>AFIO_MAPR decides, not the port.</summary>
    public bool CarriesDebug => true;

    public void Drive(int pin, bool? level)
    {
        driven = level is null ? driven & ~(1u << pin) : driven | 1u << pin;
        levels = level is true ? levels | 1u << pin : levels & ~(1u << pin);
    }

    public uint Read(uint offset, long now) => offset switch
    {
        0x08 => Input(),
        0x10 or 0x14 => 0, // BSRR and BRR are write-only
        _ => offset / 4 < registers.Length ? registers[offset / 4] : 0,
    };

    public void Write(uint offset, uint value, uint mask, long now)
    {
        var bits = value & mask;
        ref var odr = ref registers[3];
        switch (offset)
        {
            case 0x00 or 0x04 or 0x18:
                registers[offset / 4] = (registers[offset / 4] & ~mask) | bits;
                break;
            case 0x0C:
                odr = ((odr & ~mask) | bits) & 0xFFFF;
                break;
            case 0x10:
                odr = (odr & ~(bits >> 16)) | (bits & 0xFFFF); // a set wins over a reset
                break;
            case 0x14:
                odr &= ~bits;
                break;
        }

        Show(now);
    }

    public void Reset(long now)
    {
        registers.AsSpan().Clear();
        (registers[0], registers[1], shown) = (Floating, Floating, 0);
    }

    private uint Configuration(int pin) => (registers[pin / 8] >> (4 * (pin % 8))) & 0xF;

    /// <summary>Pins in a mode other than input, as far as software drives them.</summary>
    private uint Outputs()
    {
        var outputs = 0u;
        for (var pin = 0; pin < 16; pin++)
        {
            outputs |= (Configuration(pin) & 3) != 0 && (Configuration(pin) & 8) == 0 ? 1u << pin : 0;
        }

        return outputs;
    }

    private uint Input()
    {
        var (outputs, pulledUp) = (Outputs(), 0u);
        for (var pin = 0; pin < 16; pin++)
        {
            pulledUp |= Configuration(pin) == 8 ? registers[3] & 1u << pin : 0;
        }

        return (outputs & registers[3]) | (~outputs & ((driven & levels) | (~driven & pulledUp)) & 0xFFFF);
    }

    private void Show(long now)
    {
        var outputs = Outputs() & registers[3];
        for (var difference = outputs ^ shown; difference != 0; difference &= difference - 1)
        {
            var pin = System.Numerics.BitOperations.TrailingZeroCount(difference);
            changed(new PinChange(port, pin, (outputs & 1u << pin) != 0, now));
        }

        shown = outputs;
    }
}
