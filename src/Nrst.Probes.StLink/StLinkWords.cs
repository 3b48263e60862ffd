using System.Buffers.Binary;

namespace Nrst.Probes.StLink;

/// <summary>Word accesses, many to a command where the firmware can, one by one where it cannot.</summary>
internal sealed class StLinkWords(StLinkLink link, StLinkGates gates, ITargetMemory memory) : IWordBatch
{
    private const int SelectItem = 1;

    public int MostReads => gates.HasWordBatch && link.Wire.CarriesWordBatches ? gates.BatchItems - SelectItem : 2;

    public void Run(ReadOnlySpan<WordAccess> accesses, Span<uint> reads)
    {
        var batched = gates.HasWordBatch && link.Wire.CarriesWordBatches;
        while (!accesses.IsEmpty)
        {
            // One by one stops exactly where it fails, and up to two accesses cost no more that way; behind another access port one costs as much as a batch.
            var count = batched && accesses.Length > (link.AccessPort == 0 ? 2 : 1) ? HowManyFit(accesses) : 1;
            var part = accesses[..count];
            var results = count == 1 ? RunOne(part[0], reads) : RunBatch(part, reads);
            accesses = accesses[count..];
            reads = reads[results..];
        }
    }

    private int RunOne(WordAccess access, Span<uint> reads)
    {
        if (access.Written is { } value)
        {
            memory.Write32(access.Address, value);
            return 0;
        }

        reads[0] = memory.Read32(access.Address);
        return 1;
    }

    private int HowManyFit(ReadOnlySpan<WordAccess> accesses)
    {
        var items = SelectItem;
        for (var i = 0; i < accesses.Length; i++)
        {
            items += Items(accesses[i]);
            if (items > gates.BatchItems)
            {
                return i;
            }
        }

        return accesses.Length;
    }

    private static int Items(WordAccess access) => access.Written is null ? 1 : 2;

    /// <summary>Returns the number of reads.</summary>
    private int RunBatch(ReadOnlySpan<WordAccess> accesses, Span<uint> reads)
    {
        var wait = new StLinkLink.Waiting(link);
        var taken = 0;
        while (true)
        {
            var verdict = Exchange(accesses, reads[taken..]);
            taken += verdict.Reads;
            if (verdict.Status.IsDone())
            {
                return taken;
            }

            var failed = accesses[verdict.Done];
            var again = verdict.NothingAfter ? verdict.Status : NotRepeatable(verdict.Status);
            wait.OrThrow(again, failed.Written is null ? "a read" : "a write", failed.Address);
            accesses = accesses[verdict.Done..];
        }
    }

    /// <summary>A busy bus in the middle, yet later accesses went through: the order is lost, so repeating would be wrong.</summary>
    private static StLinkStatus NotRepeatable(StLinkStatus status) =>
        status.Outcome() == StLinkOutcome.Wait ? StLinkStatus.SWD_AP_ERROR : status;

    private readonly record struct Verdict(StLinkStatus Status, int Done, int Reads, bool NothingAfter);

    private Verdict Exchange(ReadOnlySpan<WordAccess> accesses, Span<uint> reads)
    {
        var items = SelectItem;
        foreach (var access in accesses)
        {
            items += Items(access);
        }

        var data = new byte[StartWordBatch.DataLength(items)];
        Encode(accesses, items, data);
        link.Wire.Deliver(new StartWordBatch(items), data);

        var answer = new byte[FinishWordBatch.AnswerLength(items)];
        link.Wire.Fetch(default(FinishWordBatch), answer);
        return Judge(accesses, items, answer, reads);
    }

    private void Encode(ReadOnlySpan<WordAccess> accesses, int items, Span<byte> data)
    {
        var words = data[((items + 3) & ~3)..];
        var at = 0;
        Add(BatchItem.SelectAp, link.AccessPort, data, words);
        foreach (var access in accesses)
        {
            if (access.Written is { } value)
            {
                Add(BatchItem.SetAddress, access.Address.Value, data, words);
                Add(BatchItem.Write, value, data, words);
            }
            else
            {
                Add(BatchItem.Read, access.Address.Value, data, words);
            }
        }

        void Add(BatchItem item, uint word, Span<byte> kinds, Span<byte> values)
        {
            kinds[at] = (byte)item;
            BinaryPrimitives.WriteUInt32LittleEndian(values[(4 * at)..], word);
            at++;
        }
    }

    private static Verdict Judge(ReadOnlySpan<WordAccess> accesses, int items, ReadOnlySpan<byte> answer, Span<uint> reads)
    {
        var statuses = answer[(4 * items)..];
        if (StatusOf(statuses, 0) is var select && !select.IsDone())
        {
            return new Verdict(select, 0, 0, NoneIsOk(statuses, 1, items));
        }

        var (item, read) = (SelectItem, 0);
        for (var i = 0; i < accesses.Length; i++)
        {
            var first = item;
            for (; item < first + Items(accesses[i]); item++)
            {
                if (StatusOf(statuses, item) is var status && !status.IsDone())
                {
                    return new Verdict(status, i, read, NoneIsOk(statuses, item + 1, items));
                }
            }

            if (accesses[i].Written is null)
            {
                reads[read++] = BinaryPrimitives.ReadUInt32LittleEndian(answer[(4 * first)..]);
            }
        }

        return new Verdict(StLinkStatus.OK, accesses.Length, read, true);
    }

    private static bool NoneIsOk(ReadOnlySpan<byte> statuses, int from, int items)
    {
        for (var item = from; item < items; item++)
        {
            if (StatusOf(statuses, item).IsDone())
            {
                return false;
            }
        }

        return true;
    }

    // A status is one byte in a word; anything in the upper bits is no status at all.
    private static StLinkStatus StatusOf(ReadOnlySpan<byte> statuses, int item) =>
        BinaryPrimitives.ReadUInt32LittleEndian(statuses[(4 * item)..]) is var word && word <= 0xFF
            ? (StLinkStatus)word
            : StLinkStatus.UNKNOWN_ERROR;
}
