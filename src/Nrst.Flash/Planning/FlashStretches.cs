using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>The flash without the hole that a few parts of the STM32G4 and H7 have between their banks.</summary>
internal static class FlashStretches
{
    extension(BankedLayout layout)
    {
        /// <summary>Sectors that follow one another, as ranges.</summary>
        public IReadOnlyList<AddressRange> Stretches()
        {
            var found = new List<AddressRange>();
            foreach (var bank in layout.Banks.Select(bank => bank.Layout.Range).OrderBy(range => range.Start))
            {
                if (found.Count > 0 && found[^1].Last + 1 == bank.Start)
                {
                    found[^1] = new AddressRange(found[^1].Start, found[^1].Length + bank.Length);
                }
                else
                {
                    found.Add(bank);
                }
            }

            return found;
        }

        /// <summary>The first byte of a range that is not flash; null where all of it is.</summary>
        public Address? FirstOutside(AddressRange range)
        {
            var at = range.Start.Value;
            foreach (var stretch in layout.Stretches())
            {
                if (stretch.Contains(new Address(at)))
                {
                    if (range.Last <= stretch.Last)
                    {
                        return null;
                    }

                    at = stretch.Last.Value + 1;
                }
            }

            return new Address(at);
        }
    }
}
