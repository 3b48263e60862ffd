namespace Nrst.Flash.Tests;

public sealed class Looking_ahead_at_registers
{
    private static readonly Address s_status = new(0x4002_200C);
    private static readonly Address s_control = new(0x4002_2010);

    private readonly Registers _chip = new();
    private readonly ReadAhead _ahead;

    public Looking_ahead_at_registers() => _ahead = new ReadAhead(_chip, _chip);

    [Fact]
    public void What_is_asked_for_next_comes_in_one_batch()
    {
        (_chip[s_status], _chip[s_control]) = (1, 2);
        var seen = new List<uint>();

        _ahead.Over(Looks, () => seen.AddRange([_ahead.Read32(s_status), _ahead.Read32(s_status), _ahead.Read32(s_control)]));

        Assert.Equal([1u, 1, 2], seen);
        Assert.Equal((1, 0), (_chip.Batches, _chip.Single));

        void Looks()
        {
            _ahead.Read32(s_status);
            _ahead.Read32(s_status);
            _ahead.Read32(s_control);
        }
    }

    /// <summary>Whoever waits for a bit must see it change.</summary>
    [Fact]
    public void A_word_that_was_brought_serves_one_look()
    {
        _ahead.Given([s_status, s_control, s_control], [1, 2, 3], () =>
        {
            Assert.Equal(1u, _ahead.Read32(s_status));
            _chip[s_status] = 7;
            Assert.Equal(7u, _ahead.Read32(s_status));
            Assert.Equal((2u, 3u), (_ahead.Read32(s_control), _ahead.Read32(s_control)));
        });

        Assert.Equal(0u, _ahead.Read32(s_control));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Nothing_that_was_read_before_a_write_is_believed_after_it(int how)
    {
        _ahead.Given([s_status], [1], () =>
        {
            switch (how)
            {
                case 0: _ahead.Write32(s_control, 4); break;
                case 1: _ahead.Write(s_control, new byte[4], AccessSize.Word); break;
                default: _ahead.Run([WordAccess.Write(s_control, 4)], []); break;
            }

            _chip[s_status] = 9;
            Assert.Equal(9u, _ahead.Read32(s_status));
        });
    }

    [Fact]
    public void Nor_after_the_steps_it_was_read_for()
    {
        _ahead.Given([s_status], [1], () => { });

        Assert.Equal(0u, _ahead.Read32(s_status));
    }

    [Fact]
    public void A_rehearsal_touches_nothing_and_ends_where_a_step_would_write()
    {
        var asked = _ahead.Rehearse(() =>
        {
            var two = new uint[2];
            _ahead.Run([WordAccess.Read(s_control), WordAccess.Read(s_status)], two);
            Assert.Equal([0u, 0], two);
            _ahead.Write32(s_status, 1);
            _ahead.Read32(s_status);
        });

        Assert.Equal([s_control, s_status], asked);
        Assert.Equal((0, 0, 0), (_chip.Batches, _chip.Single, _chip.Writes));
    }

    [Fact]
    public void A_batch_of_looks_is_served_from_what_was_brought()
    {
        var two = new uint[2];

        _ahead.Given([s_status, s_control], [5, 6], () => _ahead.Run([WordAccess.Read(s_status), WordAccess.Read(s_control)], two));

        Assert.Equal([5u, 6], two);
        Assert.Equal((0, 0), (_chip.Batches, _chip.Single));
    }

    private sealed class Registers : ITargetMemory, IWordBatch
    {
        private readonly Dictionary<Address, uint> _values = [];

        public int Batches { get; private set; }
        public int Single { get; private set; }
        public int Writes { get; private set; }

        public uint this[Address at]
        {
            get => _values.GetValueOrDefault(at);
            set => _values[at] = value;
        }

        public uint Read32(Address address)
        {
            Single++;
            return this[address];
        }

        public void Write32(Address address, uint value) => Writes++;

        public void Read(Address address, Span<byte> into) => throw new NotSupportedException();

        public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size) => Writes++;

        public void Run(ReadOnlySpan<WordAccess> accesses, Span<uint> reads)
        {
            Batches++;
            var read = 0;
            foreach (var access in accesses)
            {
                if (access.Written is null)
                {
                    reads[read++] = this[access.Address];
                }
            }
        }
    }
}
