namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>An output changed level.</summary>
internal readonly record struct PinChange(char Port, int Pin, bool High, long Time);

/// <summary>A GPIO port: outputs read back on IDR, inputs follow the board or the pull resistors.</summary>
internal sealed class Gpio(char port, Action<PinChange> changed) : IGpio
{
    private const int Moder = 0, Ospeedr = 2, Pupdr = 3, Odr = 5, Afrh = 9;
    private const uint DebugModes = 0x3C00_0000, DebugFunctions = 0x0FF0_0000;
    private readonly uint[] registers = new uint[10];
    private uint driven;
    private uint levels;
    private uint shown;

    /// <summary>Both are in alternate function 0.</summary>
    public bool CarriesDebug => (registers[Moder] & DebugModes) == 0x2800_0000 && (registers[Afrh] & DebugFunctions) == 0;

    /// <summary>The board drives a pin, or lets it go.</summary>
    public void Drive(int pin, bool? level)
    {
        driven = level is null ? driven & ~(1u << pin) : driven | 1u << pin;
        levels = level is true ? levels | 1u << pin : levels & ~(1u << pin);
    }

    public uint Read(uint offset, long now) => offset switch
    {
        0x10 => Input(),
        0x18 => 0, // BSRR is write-only
        _ => offset / 4 < registers.Length ? registers[offset / 4] : 0,
    };

    public void Write(uint offset, uint value, uint mask, long now)
    {
        var bits = value & mask;
        switch (offset)
        {
            case 0x10:
                return;
            case 0x14:
                registers[Odr] = ((registers[Odr] & ~mask) | bits) & 0xFFFF;
                break;
            case 0x18:
                registers[Odr] = (registers[Odr] & ~(bits >> 16)) | (bits & 0xFFFF); // a set wins over a reset
                break;
            case 0x28: // BRR, on the lines after F4 and F7
                registers[Odr] &= ~bits;
                break;
            default:
                if (offset / 4 < registers.Length)
                {
                    registers[offset / 4] = (registers[offset / 4] & ~mask) | bits;
                }

                break;
        }

        Show(now);
    }

    public void Reset(long now)
    {
        registers.AsSpan().Clear();
        // The debug pins are in alternate function from the start.
        (registers[Moder], registers[Ospeedr], registers[Pupdr]) = port switch
        {
            'A' => (0xA800_0000u, 0x0C00_0000u, 0x6400_0000u),
            'B' => (0x0000_0280u, 0x0000_00C0u, 0x0000_0100u),
            _ => (0u, 0u, 0u),
        };
        shown = 0;
    }

    private uint Outputs()
    {
        var outputs = 0u;
        for (var pin = 0; pin < 16; pin++)
        {
            outputs |= ((registers[Moder] >> (2 * pin)) & 3) == 1 ? 1u << pin : 0;
        }

        return outputs;
    }

    private uint Input()
    {
        var outputs = Outputs();
        var pulledUp = 0u;
        for (var pin = 0; pin < 16; pin++)
        {
            pulledUp |= ((registers[Pupdr] >> (2 * pin)) & 3) == 1 ? 1u << pin : 0;
        }

        return (outputs & registers[Odr]) | (~outputs & ((driven & levels) | (~driven & pulledUp)) & 0xFFFF);
    }

    private void Show(long now)
    {
        var outputs = Outputs() & registers[Odr];
        for (var difference = outputs ^ shown; difference != 0; difference &= difference - 1)
        {
            var pin = System.Numerics.BitOperations.TrailingZeroCount(difference);
            changed(new PinChange(port, pin, (outputs & 1u << pin) != 0, now));
        }

        shown = outputs;
    }
}
