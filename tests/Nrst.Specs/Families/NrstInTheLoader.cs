using Nrst.Flash;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>nrst's own jobs through the loader of a board, for tests in which another program has the last word.</summary>
internal static class NrstInTheLoader
{
    public static RomSession OverUsb(VirtualBoard board, string? chip = null) => DfuSource.Open(
        board.OpenDfu(TimeSpan.FromSeconds(3)) ?? throw new InvalidOperationException("There is no DFU device."), board.Clock, "dfu", chip);

    public static RomSession OverASerialLine(VirtualBoard board, string? chip = null, int baud = 115_200) => UsartSource.Open(
        board.OpenSerial() ?? throw new InvalidOperationException("There is no USART."), board.Clock, new ProbeSelector.SerialPort("virtual:b", baud), chip, null);

    public static FlashOutcome Flash(RomSession session, uint at, byte[] data, ResetAfter after = ResetAfter.None)
    {
        using (session)
        {
            return new RomProgrammer(session).Flash(FlashingBench.Image((at, data)), new FlashOptions(), after, default);
        }
    }

    /// <summary>It says yes to what is there, and no where one byte is another.</summary>
    public static void AssertTells(RomSession session, uint at, byte[] data)
    {
        using (session)
        {
            var programmer = new RomProgrammer(session);
            var proof = programmer.Verify(FlashingBench.Image((at, data)), default);
            Assert.Equal((VerifyMode.Readback, data.Length), (proof.Mode, (int)proof.BytesCompared));
            byte[] other = [.. data];
            other[^1] ^= 0x10;
            var no = Assert.Throws<ProofException>(() => programmer.Verify(FlashingBench.Image((at, other)), default));
            Assert.Equal("NRST5109", no.Code); // single bits
            Assert.Contains(no.Evidence, line => line.Contains($"first difference at {new Address(at + (uint)data.Length - 1)}", StringComparison.Ordinal));
        }
    }
}
