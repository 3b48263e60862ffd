namespace Nrst.Probes.StLink.Tests;

public sealed class Every_status_byte
{
    private static readonly Dictionary<byte, string> Meanings = new()
    {
        [0x80] = "ok", [0x0D] = "ok",
        [0x10] = "NRST3004", [0x14] = "NRST3004",
        [0x11] = "NRST3005", [0x15] = "NRST3005", [0x18] = "NRST3005", [0x19] = "NRST3005", [0x0A] = "NRST3005", [0x0C] = "NRST3005",
        [0x05] = "NRST3002", [0x09] = "NRST3002", [0x0B] = "NRST3002", [0x04] = "NRST3002",
        [0x12] = "NRST3003", [0x13] = "NRST3003", [0x16] = "NRST3003", [0x17] = "NRST3003", [0x1A] = "NRST3003",
        [0x1D] = "NRST3006", [0x29] = "NRST3006",
        [0x08] = "NRST1304", [0x42] = "NRST1304", [0x41] = "NRST1304", [0x20] = "NRST1304", [0x0E] = "NRST1304",
    };

    [Fact]
    public void Comes_out_as_what_it_means()
    {
        for (var status = 0; status <= 0xFF; status++)
        {
            var tiny = new TinyProbe { Always = (StLinkStatus)status };
            var probe = StLinkProbe.Open(tiny, new TestClock(), 0x0483, 0x3748, "S");
            var expected = Meanings.GetValueOrDefault((byte)status, "NRST1306"); // what nobody knows is the probe's own trouble

            if (expected == "ok")
            {
                Assert.Equal(0x1234_5678u, probe.Memory.Read32(new Address(0)));
                continue;
            }

            var error = Assert.ThrowsAny<NrstException>(() => probe.Memory.Read32(new Address(0)));
            Assert.Equal((status, expected), (status, error.Code));
            Assert.Contains(error.Evidence, e => e.Contains($"0x{status:X2}", StringComparison.Ordinal));
            Assert.NotNull(error.LikelyCause);
            Assert.NotEmpty(error.Remedies);
            Assert.Equal(expected == "NRST3005", error is TargetMemoryException { Address: not null });
            Assert.Equal(expected.StartsWith("NRST3", StringComparison.Ordinal), error is TargetException);
            Assert.False(error is ProbeException { LostSync: true });
        }
    }
}
