using Nrst.Flash;
using Nrst.Images;

namespace Nrst.Repairs;

/// <summary>Runs a job, and runs it again where what stopped it can be cured without harm. A job that is run again starts from what the chip holds.</summary>
internal sealed class RepairingRun(Target target, JobListener listener, DamagedSectors? damaged)
{
    // A clock may have to be lowered twice; sectors that an interrupted job left unreadable come one by one.
    private const int MostRepairs = 16;

    public T Run<T>(Func<T> job)
    {
        for (var repairs = 0; ; repairs++)
        {
            try
            {
                return job();
            }
            catch (NrstException failure)
            {
                if (repairs == MostRepairs || !Cure(failure))
                {
                    throw;
                }
            }
        }
    }

    private bool Cure(NrstException failure) => failure switch
    {
        FlashException { Code: "NRST2012" } unreadable => damaged?.Erase(unreadable.Where, listener) ?? false,
        { Code: "NRST2008" or "NRST3003" or "NRST3312" } => SlowDown(),
        _ => false,
    };

    private bool SlowDown()
    {
        try
        {
            if (target.SlowDown() is not { } measured)
            {
                return false;
            }

            listener(new JobEvent.Repaired("slower-clock", measured));
            return true;
        }
        catch (NrstException)
        {
            return false; // what stopped the job is the better story
        }
    }
}

/// <summary>Sectors of an image that cannot be read, as an erase or a program leaves them that was interrupted. They are to be overwritten anyway.</summary>
internal sealed class DamagedSectors(FirmwareImage image, FlashOptions options, Action<AddressRange> erase)
{
    private readonly HashSet<AddressRange> _erased = [];

    /// <summary>False where erasing could lose something, or did not help.</summary>
    public bool Erase(AddressRange sector, JobListener listener)
    {
        if (options.Keep || !image.Pieces.Any(piece => piece.Range.Overlaps(sector)) || !_erased.Add(sector))
        {
            return false;
        }

        listener(new JobEvent.Repaired(
            "sector-rewritten", $"The flash at {sector} could not be read, as an interrupted job leaves it; it was erased and is written anew."));
        erase(sector);
        return true;
    }
}
