namespace Nrst.Flash;

/// <summary>Lets a reader of many registers have them in one batch instead of one by one.</summary>
/// <remarks>
/// The reader runs twice: once for its addresses, over a memory of zeros, and once over what the batch brought. A word it asks for only then, since
/// another had a value, is read by itself.
/// </remarks>
internal static class WordsAtOnce
{
    public static T Read<T>(ITargetMemory memory, IWordBatch words, Func<ITargetMemory, T> reader) =>
        Read(memory, words, [.. PlacesOf(reader)], reader);

    /// <summary>What a reader asks for where all words are 0.</summary>
    public static IEnumerable<Address> PlacesOf<T>(Func<ITargetMemory, T> reader)
    {
        var rehearsal = new Rehearsal();
        try
        {
            reader(rehearsal);
        }
        catch (NrstException)
        {
            // Zeros may make no sense to it; what it asked for until then is what it will ask for.
        }

        return rehearsal.Places.Distinct();
    }

    /// <param name="places">What the reader will ask for.</param>
    public static T Read<T>(ITargetMemory memory, IWordBatch words, Address[] places, Func<ITargetMemory, T> reader)
    {
        var values = new uint[places.Length];
        if (places.Length > 1)
        {
            words.Run([.. places.Select(WordAccess.Read)], values);
        }
        else
        {
            places = [];
        }

        return reader(new Known(memory, places.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second)));
    }

    private sealed class Rehearsal : ITargetMemory
    {
        public List<Address> Places { get; } = [];

        public uint Read32(Address address)
        {
            Places.Add(address);
            return 0;
        }

        public void Read(Address address, Span<byte> into) => into.Clear();

        public void Write32(Address address, uint value) => throw new InvalidOperationException("A reader does not write.");

        public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size) => throw new InvalidOperationException("A reader does not write.");
    }

    private sealed class Known(ITargetMemory memory, Dictionary<Address, uint> values) : ITargetMemory
    {
        public uint Read32(Address address) => values.TryGetValue(address, out var value) ? value : memory.Read32(address);

        public void Read(Address address, Span<byte> into) => memory.Read(address, into);

        public void Write32(Address address, uint value) => memory.Write32(address, value);

        public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size) => memory.Write(address, data, size);
    }
}
