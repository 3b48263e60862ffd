using System.Text.Json;
using Nrst.Targets;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

/// <summary>
/// Compares a model with a table of every register and bit that the maker names: a bit must be modelled or listed as not modelled, and
/// a bit that the table does not know must not be modelled.
/// </summary>
internal static class RegistersOfTheManual
{
    /// <param name="part">A part with the die.</param>
    /// <param name="family">The controller in the table.</param>
    /// <param name="variant">The die in the table.</param>
    /// <param name="unnamed">Bits that the model has and the table lacks, with the register they are in: whole-word key registers need no mention.</param>
    /// <param name="absent">Bits that the table has for a whole line and this die lacks.</param>
    /// <param name="block">The peripheral in the table.</param>
    /// <param name="groups">
    /// Registers whose fields the table lists for a group: CR1 and CR2 under CR. Those not named here are looked up under their name without
    /// NS, SEC, CUR, PRG and the number of the bank.
    /// </param>
    /// <param name="twice">Offsets of the model at which a register of the table answers a second time.</param>
    public static void Compare(
        string part,
        string family,
        string variant,
        IReadOnlyDictionary<string, uint>? unnamed = null,
        IReadOnlyDictionary<string, uint>? absent = null,
        string block = "FLASH",
        IReadOnlyDictionary<string, string>? groups = null,
        IReadOnlyCollection<uint>? twice = null)
    {
        var table = Table();
        var (device, found) = DeviceDatabase.FindPart(part)!.Value;
        var model = new Stm32Chip(device, found, new ChipOptions()).FlashModel;
        var modelled = model.Registers.ToDictionary(register => register.Offset);
        var wrong = new List<string>();
        var none = new Dictionary<string, uint>();
        var peripheral = table.RootElement.GetProperty(family).GetProperty(variant).GetProperty(block);
        foreach (var register in peripheral.GetProperty("registers").EnumerateArray())
        {
            var (name, offset) = (register.GetProperty("name").GetString()!, Convert.ToUInt32(register.GetProperty("offset").GetString()!, 16));
            var count = register.TryGetProperty("count", out var times) ? times.GetUInt32() : 1;
            for (var i = 0u; i < count; i++, offset += 4)
            {
                Compare(name, offset, (MaskOf(register) | MaskOfGroup(peripheral, name, groups)) & ~(absent ?? none).GetValueOrDefault(name), modelled, unnamed ?? none, wrong);
            }
        }

        wrong.AddRange(modelled.Values.Where(register => (register.Modelled | register.NotModelled) != 0)
            .Where(register => twice?.Contains(register.Offset) != true)
            .Select(register => $"{register.Name} at 0x{register.Offset:X3} is in the model and not in the table"));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>The same for a table that lists nothing but fields, under the names of their registers.</summary>
    /// <param name="names">Registers that the table calls otherwise.</param>
    public static void CompareByName(string part, string family, string variant, IReadOnlyDictionary<string, string> names)
    {
        using var table = Table();
        var fields = table.RootElement.GetProperty(family).GetProperty(variant).GetProperty("FLASH").GetProperty("unassigned").EnumerateObject().ToList();
        var (device, found) = DeviceDatabase.FindPart(part)!.Value;
        var wrong = new List<string>();
        foreach (var register in new Stm32Chip(device, found, new ChipOptions()).FlashModel.Registers)
        {
            var name = names.GetValueOrDefault(register.Name, register.Name);
            var own = fields.Where(field => field.Name == name || field.Name.StartsWith(name + "_", StringComparison.Ordinal)).ToArray();
            fields.RemoveAll(own.Contains);
            Compare(register.Name, register.Offset, own.Aggregate(0u, (mask, field) => mask | MaskOf(field)), new() { [register.Offset] = register }, new Dictionary<string, uint>(), wrong);
            if (own.Length == 0)
            {
                wrong.Add($"{register.Name} is in the model and not in the table");
            }
        }

        wrong.AddRange(fields.Select(field => $"{field.Name} is not in the model"));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static void Compare(
        string name, uint offset, uint mask, Dictionary<uint, FlashRegister> modelled, IReadOnlyDictionary<string, uint> unnamed, List<string> wrong)
    {
        if (!modelled.Remove(offset, out var register))
        {
            wrong.Add($"{name} at 0x{offset:X3} is not in the model");
            return;
        }

        // A table without fields is a word that is written as a whole: a key, an address, data.
        if (mask == 0)
        {
            return;
        }

        var known = register.Modelled | register.NotModelled;
        var invented = known & ~mask & ~unnamed.GetValueOrDefault(name);
        if ((mask & ~known) != 0 || invented != 0 || (register.Modelled & register.NotModelled) != 0)
        {
            wrong.Add($"{name} at 0x{offset:X3}: not known 0x{mask & ~known:X8}, invented 0x{invented:X8}, both 0x{register.Modelled & register.NotModelled:X8}");
        }
    }

    private static uint MaskOf(JsonElement register)
    {
        var mask = 0u;
        foreach (var field in register.GetProperty("fields").EnumerateObject())
        {
            mask |= MaskOf(field);
        }

        return mask;
    }

    private static uint MaskOf(JsonProperty field)
    {
        var (high, low) = (field.Value[0].GetInt32(), field.Value[1].GetInt32());
        return uint.MaxValue >> (31 - high + low) << low;
    }

    private static uint MaskOfGroup(JsonElement peripheral, string register, IReadOnlyDictionary<string, string>? groups)
    {
        if (!peripheral.TryGetProperty("unassigned", out var unassigned))
        {
            return 0;
        }

        // The longest group that fits: OPTSR2 before OPTSR.
        var plain = register.Replace("_CUR", "", StringComparison.Ordinal).Replace("_PRG", "", StringComparison.Ordinal);
        var side = plain.StartsWith("NS", StringComparison.Ordinal) ? plain[2..] : plain.StartsWith("SEC", StringComparison.Ordinal) ? plain[3..] : plain;
        string[] candidates = groups?.TryGetValue(register, out var chosen) == true
            ? [chosen]
            : [plain, side, NumbersOff(plain), NumbersOff(side)];
        foreach (var candidate in candidates)
        {
            var fields = unassigned.EnumerateObject().Where(field => field.Name.StartsWith(candidate + "_", StringComparison.Ordinal)).ToArray();
            if (fields.Length > 0)
            {
                return fields.Aggregate(0u, (mask, field) => mask | MaskOf(field));
            }
        }

        return 0;
    }

    private static string NumbersOff(string name) => string.Concat(name.Where(letter => !char.IsDigit(letter)));

    private static JsonDocument Table()
    {
        var path = Path.Combine(SharedFolder(), "data", "flash-registers.json");
        Assert.SkipUnless(File.Exists(path), $"'{path}' is not there.");
        return JsonDocument.Parse(File.ReadAllText(path));
    }

    private static string SharedFolder()
    {
        if (Environment.GetEnvironmentVariable("NRST_SHARED") is { Length: > 0 } chosen)
        {
            return chosen;
        }

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nrst.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.Parent?.FullName ?? "..", "shared");
    }
}
