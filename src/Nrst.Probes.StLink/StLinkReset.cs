namespace Nrst.Probes.StLink;

internal sealed class StLinkReset(StLinkLink link) : IResetLine
{
    public bool IsAsserted { get; private set; }

    public void Assert()
    {
        IsAsserted = true;
        link.Do(new DriveNrst(Low: true), "pulling NRST low");
    }

    public void Release()
    {
        link.Do(new DriveNrst(Low: false), "releasing NRST");
        IsAsserted = false;
    }
}
