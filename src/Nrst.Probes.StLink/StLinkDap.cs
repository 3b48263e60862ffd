namespace Nrst.Probes.StLink;

/// <summary>The registers of the debug port and the access ports, one command each.</summary>
internal sealed class StLinkDap(StLinkLink link, StLinkGates gates) : IDapPort
{
    private readonly HashSet<byte> _open = [];

    public void Run(ReadOnlySpan<DapTransfer> transfers, Span<uint> reads)
    {
        var read = 0;
        foreach (var transfer in transfers)
        {
            if (transfer.Register.Ap is { } ap)
            {
                OpenOnce(ap);
            }

            if (transfer.Written is { } value)
            {
                link.Do(new WriteDapRegister(transfer.Register, value), $"a write to {Name(transfer.Register)}");
            }
            else
            {
                reads[read++] = link.Do(new ReadDapRegister(transfer.Register), $"a read of {Name(transfer.Register)}").Value;
            }
        }
    }

    public void OpenOnce(byte ap)
    {
        if (gates.HasInitAp && !_open.Contains(ap))
        {
            link.Do(new InitAccessPort(ap), $"opening access port {ap}");
            _open.Add(ap);
        }
    }

    public void Forget() => _open.Clear();

    private static string Name(DapRegister register) =>
        register.Ap is { } ap ? $"register 0x{register.Address:X2} of access port {ap}" : $"debug port register 0x{register.Address:X2}";
}
