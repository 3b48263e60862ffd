namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>One input of the NVIC, on which several peripherals may pull.</summary>
internal sealed class InterruptLine(IChipServices chip, int number)
{
    private int pulling;

    public Input NewInput() => new(this);

    private void Change(bool level)
    {
        var before = pulling > 0;
        pulling += level ? 1 : -1;
        if (before != pulling > 0)
        {
            chip.SetInterrupt(number, pulling > 0);
        }
    }

    /// <summary>One peripheral's wire to the line.</summary>
    internal sealed class Input(InterruptLine line)
    {
        private bool level;

        public void Set(bool value)
        {
            if (value != level)
            {
                level = value;
                line.Change(value);
            }
        }
    }
}
