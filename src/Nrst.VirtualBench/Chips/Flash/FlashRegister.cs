namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>One register of a flash controller, as far as the model knows it. Bits that are in neither mask do not exist: they read 0.</summary>
/// <param name="Offset">From the base of the block.</param>
/// <param name="Name">As the manual writes it.</param>
/// <param name="Modelled">The bits that the model gives a meaning.</param>
/// <param name="NotModelled">The bits that exist, keep what is written, and do nothing here.</param>
/// <param name="Reset">What those are after a reset.</param>
internal readonly record struct FlashRegister(uint Offset, string Name, uint Modelled, uint NotModelled = 0, uint Reset = 0);

/// <summary>Where the registers of a controller are seen.</summary>
/// <param name="Secure">The alias that is meant for secure accesses.</param>
internal sealed record FlashRegisterBlock(uint At, uint Size, bool Secure = false);

/// <summary>One access to a register: through which block, by whom, when.</summary>
internal readonly record struct RegisterAccess(FlashRegisterBlock Block, BusMaster Master, long Now);
