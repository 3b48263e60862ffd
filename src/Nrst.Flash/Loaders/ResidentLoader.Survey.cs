using System.Buffers.Binary;

namespace Nrst.Flash.Loaders;

/// <summary>What it is asked to look at, and its answers.</summary>
internal sealed partial class ResidentLoader
{
    /// <summary>Looks at stretches of memory and returns the answers, in order.</summary>
    /// <param name="last">Nothing comes afterwards: the loader ends.</param>
    public IReadOnlyList<SurveyAnswer> Survey(IReadOnlyList<SurveyItem> items, bool last, CancellationToken cancel)
    {
        var parts = items.Chunk(_ram.SlotData / SurveyItem.Bytes).ToList();
        return [.. parts.SelectMany(part => Survey(part, ends: last && part == parts[^1], cancel))];
    }

    private IEnumerable<SurveyAnswer> Survey(SurveyItem[] part, bool ends, CancellationToken cancel)
    {
        var data = new byte[part.Length * SurveyItem.Bytes];
        for (var i = 0; i < part.Length; i++)
        {
            part[i].Write(data.AsSpan(i * SurveyItem.Bytes));
        }

        var place = DataOf(_sequence, data.Length);
        var command = new LoaderCommand(
            LoaderOperation.Survey, 0, ends ? LoaderCommand.ThenEnd : 0, data, _target.Layout.Range, SurveyItem.TimeOf(part, _target.Device.Core, _target.CoreHertz));
        List<Address> also = ends ? [.. _lockWords] : [];
        var together = also.Count + (2 * part.Length) < _target.Words.MostReads; // and the status
        also.AddRange(together ? Enumerable.Range(0, 2 * part.Length).Select(i => place + (4 * (uint)i)) : []);
        var brought = Run([command], null, also, cancel);
        SeeLock(ends, brought);
        if (together)
        {
            return brought.Skip(ends ? _lockWords.Count : 0).Chunk(2).Select(pair => new SurveyAnswer(pair[0], pair[1]));
        }

        _target.Memory.Read(place, data);
        return Enumerable.Range(0, part.Length).Select(i => new SurveyAnswer(
            BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(8 * i)), BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((8 * i) + 4))));
    }
}
