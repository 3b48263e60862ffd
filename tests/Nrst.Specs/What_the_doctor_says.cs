using System.Text.Json.Nodes;

namespace Nrst.Specs;

/// <summary><c>nrst doctor</c> and <c>nrst list</c> where something of the machine is missing, through the real executable.</summary>
public sealed class What_the_doctor_says : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Fact]
    public void Nothing_about_a_healthy_board()
    {
        var outcome = _nrst.Run("doctor", "--probe", "virtual:STM32F407VG", "--json").Exits(0);

        Assert.Empty(outcome.Result["findings"]!.AsArray());
        Assert.Equal("STM32F405/407/415/417", (string?)outcome.Result["seen"]!["probes"]![0]!["chip"]);
    }

    [Theory]
    [InlineData("no-target-power", "NRST7001", "does not feed")]
    [InlineData("swd-disconnected", "NRST7020", "not connected")]
    public void Why_a_board_cannot_be_reached(string fault, string code, string cause)
    {
        _nrst.Run("bench", "new", "sick", "--chip", "STM32F407VG", "--fault", fault).Exits(0);

        var finding = _nrst.Run("doctor", "--probe", "virtual:sick", "--json").Exits(0).Result["findings"]![0]!;

        Assert.Equal(code, (string?)finding["code"]);
        Assert.Contains(cause, (string?)finding["cause"], StringComparison.Ordinal);
        Assert.NotEmpty(finding["evidence"]!.AsArray());
        Assert.NotEmpty(finding["remedies"]!.AsArray());
    }

    [Fact]
    public void That_libusb_is_missing_and_everything_else_still_works()
    {
        _nrst.Environment["NRST_LIBUSB"] = Path.Combine(_nrst.Folder, "no-libusb.so");
        _nrst.Run("info", "--probe", "virtual:STM32F407VG").Exits(0);

        var list = _nrst.Run("list", "--json").Exits(0);
        var doctor = _nrst.Run("doctor", "--json").Exits(0);

        Assert.Equal("virtual:STM32F407VG", (string?)Assert.Single(list.Result["probes"]!.AsArray())!["selector"]);
        Assert.Equal(["NRST1101"], Codes(list.Result["problems"]!));
        Assert.Contains("libusb-1.0 was not found", list.Talk, StringComparison.Ordinal);
        Assert.Equal(["NRST1101"], Codes(doctor.Result["findings"]!));
        Assert.Contains("NRST1101", _nrst.Run("info").Exits(4).Talk, StringComparison.Ordinal);
        Assert.Contains("NRST1101", _nrst.Run("info", "--probe", "usb:1-2").Exits(4).Talk, StringComparison.Ordinal);
    }

    private static IEnumerable<string?> Codes(JsonNode errors) => errors.AsArray().Select(error => (string?)error!["code"]);
}
