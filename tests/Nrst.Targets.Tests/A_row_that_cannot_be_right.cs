namespace Nrst.Targets.Tests;

/// <summary>The real file with one mistake at a time: each is refused, and the message leads to the row.</summary>
public sealed class A_row_that_cannot_be_right
{
    private static readonly string Good = File.ReadAllText(Path.Combine(SharedFiles.Root, "data/devices/stm32f4.json"));

    public static TheoryData<string, string, string, string> Mistakes => new()
    {
        // what stands there, what somebody typed, the row, the words
        { "\"4x16K 1x64K 11x128K\"", "\"4x16K 1x64K 10x128K\"", "0x463, STM32F413CH", "add up to 1408 KiB" },
        { "DB1M=1: 4x16K 1x64K 3x128K | 4x16K 1x64K 3x128K", "DB1M=1: 4x16K 1x64K 3x128K | 4x16K 1x64K 2x128K", "0x419, STM32F427AG", "add up to 896 KiB" },
        { "DB1M=1: 4x16K", "DB1M=0: 4x16K", "0x419, STM32F427AG", "at the same time" },
        { "DB1M=0: 4x16K", "4x16K", "0x419, STM32F427AG", "says when it holds" },
        { "\"4x16K 1x64K 11x128K\"", "\"DB1M=0: 4x16K 1x64K 11x128K\"", "0x463, STM32F413CH", "says when it holds" },
        { "\"4x16K 1x64K 7x128K | 4x16K", "\"4x16K 1x64K 7x128K | 4x16K 1x64K | 4x16K", "0x419, STM32F427AI", "more than two banks" },
        { "\"secondBankFrom\": 12", "\"secondBankFrom\": 11", "0x419, STM32F427AI", "same number" },
        { "\"secondBankField\": 16", "\"secondBankField\": 7", "0x419, STM32F427AG", "could not tell" },
        { "\"4x16K\"", "\"4x16\"", "0x458, STM32F410C8", "'4x16'" },
        { "\"4x16K\"", "\"\"", "0x458, STM32F410C8", "no sectors" },
        { "\"4x16K\"", "\"2x32K\"", "0x458, STM32F410C8", "A 32 KiB sector needs one erase time at x8" },
        { "\"size\": \"64K\"", "\"size\": \"64k\"", "0x458, STM32F410C8", "'64k'" },
        { "STM32F410C8 ", "STM32F410C ", "0x458, STM32F410C", "eleven" },
        { "STM32F410R8 ", "STM32F410R8  ", "0x458", "eleven" },
        { "\"driver\": \"stm32f4\"", "\"driver\": \"stm32f9\"", "0x413", "no flash driver 'stm32f9'" },
        { "\"id\": \"0x413\"", "\"id\": \"0x1413\"", "0x1413", "twelve bits" },
        { "\"id\": \"0x413\"", "\"id\": \"413\"", "413", "'413'" },
        { "\"manual\": \"RM0390, \\\"Flash module organization\\\"\"", "\"manual\": \"\"", "0x421", "manual" },
        { "0x2000_0000 32K SRAM1", "0x0800_0000 32K SRAM1", "0x458, STM32F410C8", "overlap" },
        { "0x2004_0000 64K SRAM2", "0x2003_0000 64K SRAM2", "0x463, STM32F413CG", "overlap" },
        { "0x1FFF_7800 528 OTP", "0x1FFF_77F0 528 OTP", "0x413, STM32F405OE", "overlap" },
        { "\"0x2000_0000 32K SRAM1\"", "\"0x2000_0000 32K SRAM1 data-only\"", "0x458, STM32F410C8", "no RAM that code runs from" },
        { "\"0x2000_0000 32K SRAM1\"", "\"0x2000_0000 32K\"", "0x458", "'0x2000_0000 32K'" },
        { "0xE000_0000 1M", "0xE000_0000 1G", "STM32F4", "top of the map" },
        { "16K: x8 400/800ms, ", "16K: ", "0x413, STM32F405OE", "A 16 KiB sector needs one erase time at x8" },
        { "x16 700/1400ms", "x8 700/1400ms", "0x413, STM32F405OE", "A 64 KiB sector needs one erase time at x8" },
        { "x32 250/500ms", "x32 500/250ms", "STM32F4", "'500/250ms'" },
        { "x32 250/500ms", "x12 250/500ms", "STM32F4", "'x12 250/500ms'" },
        { ", x32 8000/16000ms", "", "0x413", "bank erase" },
        { "16/100us", "16/100", "STM32F4", "unit" },
        { "\"0x100F Y\"", "\"0x1003 Y\"", "0x413", "key" },
        { "\"0x100F Y\"", "\"0x100F\"", "0x413", "'0x100F'" },
        { "\"erased\": \"0xFF\"", "\"erased\": \"0x1FF\"", "STM32F4", "overflow" },
        { ", \"erased\": \"0xFF\"", "", "stm32f4.json", "erased" },
        { "\"erased\": \"0xFF\"", "\"erasd\": \"0xFF\"", "stm32f4.json", "erasd" },
        { "\"erased\": \"0xFF\"", "\"erased\": null", "stm32f4.json", "erased" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Is_refused_by_name(string right, string wrong, string row, string words)
    {
        Assert.Contains(right, Good, StringComparison.Ordinal);
        var at = Good.IndexOf(right, StringComparison.Ordinal);
        var bad = string.Concat(Good.AsSpan(0, at), wrong, Good.AsSpan(at + right.Length));

        var error = Assert.Throws<InvalidDataException>(() => DeviceReader.Read("stm32f4.json", bad));

        Assert.StartsWith("stm32f4.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(row, error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_refused_when_two_rows_share_an_id()
    {
        var twice = Good.Replace("\"id\": \"0x423\"", "\"id\": \"0x433\"", StringComparison.Ordinal);

        var error = Assert.Throws<InvalidDataException>(() => DeviceChecks.CheckTogether(DeviceReader.Read("stm32f4.json", twice)));

        Assert.Contains("0x433", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_refused_when_two_rows_share_a_part_number()
    {
        var twice = Good.Replace("STM32F401VB", "STM32F401VC", StringComparison.Ordinal);

        var error = Assert.Throws<InvalidDataException>(() => DeviceChecks.CheckTogether(DeviceReader.Read("stm32f4.json", twice)));

        Assert.Contains("STM32F401VC", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_not_to_be_found_in_the_file_as_it_stands() =>
        DeviceChecks.CheckTogether(DeviceReader.Read("stm32f4.json", Good));
}
