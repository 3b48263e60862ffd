namespace Nrst.Arm;

/// <summary>Registers as they were before we wrote them.</summary>
internal sealed class TouchedRegisters
{
    private static readonly Address FP_CTRL = new(0xE000_2000);

    // FP_CTRL takes a write only with its KEY bit, which reads as zero.
    private const uint FP_CTRL_KEY = 1u << 1;

    private readonly List<(Address Register, uint Value)> _before = [];

    public bool Has(Address register) => _before.Exists(r => r.Register == register);

    public void Add(Address register, uint value) => _before.Add((register, value));

    public void Clear() => _before.Clear();

    /// <summary>The writes that bring them back, last touched first.</summary>
    public IEnumerable<WordAccess> Restoring()
    {
        for (var i = _before.Count - 1; i >= 0; i--)
        {
            var (register, value) = _before[i];
            yield return WordAccess.Write(register, register == FP_CTRL ? value | FP_CTRL_KEY : value);
        }
    }
}
