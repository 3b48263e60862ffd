namespace Nrst.Arm;

/// <summary>The processor behind a debug port: halting debug of ARMv7-M, by the manual's registers.</summary>
/// <remarks>Attaching neither resets nor halts. What it touches in the debug registers it puts back in <see cref="Detach"/>.</remarks>
public sealed class CortexMCore(ITargetMemory memory, IWordBatch words, IResetLine reset, IClock clock)
{
    public void Attach() => throw new NotImplementedException($"{memory}{words}{reset}{clock}");
    public void Detach() => throw new NotImplementedException();
    public CoreState ReadState() => throw new NotImplementedException();
    public void Halt() => throw new NotImplementedException();
    public void Run() => throw new NotImplementedException();
    public void Step() => throw new NotImplementedException();
    public void Reset(ResetKind kind, bool halt) => throw new NotImplementedException();
    public uint ReadRegister(CoreRegister register) => throw new NotImplementedException();
    public void WriteRegisters(ReadOnlySpan<(CoreRegister Register, uint Value)> values) => throw new NotImplementedException();

    /// <summary>Writes registers and lets the core run, in one batch. The core must be halted.</summary>
    public void Launch(ReadOnlySpan<(CoreRegister Register, uint Value)> values, bool maskInterrupts) => throw new NotImplementedException();
}
