namespace Nrst.VirtualBench.Chips.Flash.WordBuffer;

/// <summary>An option word with two registers: as it is, and as it is wanted.</summary>
/// <param name="Current">Offset of the register that ends in CUR (or SR).</param>
/// <param name="Wanted">Offset of the register that ends in PRG (or SRP).</param>
/// <param name="Factory">As it leaves the factory.</param>
/// <param name="Writable">The bits that exist in both.</param>
internal sealed record OptionPair(uint Current, uint Wanted, uint Factory, uint Writable);
