namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>Power control of the STM32U5 and STM32U3: voltage range and booster are ready as soon as they are asked for.</summary>
/// <param name="register">VOSR.</param>
/// <param name="answers">A request in VOSR and the bit that answers it; a request of 0 is always made.</param>
/// <param name="copy">A register that shows bits of VOSR, and what else it holds.</param>
/// <param name="resetValue">Of VOSR.</param>
internal sealed class VoltageRanges(uint register, (uint Asked, uint Answer)[] answers, (uint Register, uint Bits, uint Others)? copy = null, uint resetValue = 0)
    : RegisterFile((register, resetValue))
{
    public override uint Read(uint offset, long now)
    {
        if (offset == register)
        {
            return answers.Aggregate(this[register], (value, pair) =>
                (this[register] & pair.Asked) == pair.Asked ? value | pair.Answer : value & ~pair.Answer);
        }

        return copy is { } shown && shown.Register == offset ? (this[register] & shown.Bits) | shown.Others : base.Read(offset, now);
    }
}
