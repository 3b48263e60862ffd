using System.Security.Cryptography;
using System.Text;
using Nrst.Targets;
using Nrst.VirtualBench.Faults;
using Nrst.VirtualBench.Probes;

namespace Nrst.VirtualBench.Boards;

/// <summary>One line of the list of boards.</summary>
/// <param name="Kind">v2, v2-1 or v3.</param>
public sealed record BoardDescription(
    string Name, string Chip, string Kind, ProbeIdentity Probe, double Volts, IReadOnlyList<string> Faults, bool InUse)
{
    /// <summary>Why the board cannot be opened, null for a sound one. Of a damaged board nothing but the name is known.</summary>
    public ProbeException? Damage { get; init; }

    /// <summary>The board holds the BOOT0 pin high.</summary>
    public bool Boot0 { get; init; }

    /// <summary>The hub the board is plugged into; null for a socket of the computer.</summary>
    public string? Hub { get; init; }
}

/// <summary>The boards of a bench: a folder with one folder per board.</summary>
public sealed class BoardStore
{
    private const string DefaultKind = "v2-1";
    private const double DefaultVolts = 3.3;

    private readonly string _folder;
    private readonly ChipMaker _chips;

    public BoardStore(string folder) : this(folder, ChipFactory.Make)
    {
    }

    internal BoardStore(string folder, ChipMaker chips) => (_folder, _chips) = (folder, chips);

    /// <summary>What a command and its answer take on every board; null for what is usual for its probe.</summary>
    internal TimeSpan? Exchange { get; init; }

    /// <summary>Makes the silicon of a board. A seam for tests of everything around the chip.</summary>
    internal delegate IBoardChip ChipMaker(Device device, Part part, BoardState board);

    /// <summary>$NRST_BENCH_DIR, else a folder where the platform keeps the state of programs.</summary>
    public static string DefaultFolder(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment("NRST_BENCH_DIR") is { Length: > 0 } chosen)
        {
            return chosen;
        }

        if (!OperatingSystem.IsWindows() && !OperatingSystem.IsMacOS())
        {
            return environment("XDG_STATE_HOME") is { Length: > 0 } state ? Path.Combine(state, "nrst", "bench")
                : Path.Combine(environment("HOME") ?? ".", ".local", "state", "nrst", "bench");
        }

        return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "nrst", "bench");
    }

    /// <summary>Whether a board can carry it.</summary>
    public static bool HasModelOf(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Chips.Stm32Chip.CanBe(device);
    }

    /// <param name="chip">A part number: <c>STM32F407VG</c>.</param>
    /// <param name="kind">v2, v2-1 or v3.</param>
    /// <param name="firmware">As ST writes it; null for a recent one.</param>
    /// <param name="vcpUsart">Which USART the probe's virtual COM port ends at; null for that of the maker's boards.</param>
    /// <param name="hub">The hub it is plugged into; null for a socket of the computer.</param>
    /// <param name="programmed">A program that does nothing is in its flash.</param>
    /// <param name="rawSerial">The probe tells its serial number over USB in the form of old ST-LINK/V2.</param>
    public BoardDescription New(
        string name, string chip, string kind = DefaultKind, IReadOnlyList<string>? faults = null, string? firmware = null,
        double volts = DefaultVolts, int? vcpUsart = null, bool rawSerial = false, string? hub = null, bool programmed = false)
    {
        CheckName(name);
        var part = FindPart(chip) ?? throw UnknownChip(chip);
        var model = ProbeModel.Find(kind) ?? throw new UsageException("NRST0184", $"No virtual probe is of kind '{kind}'.")
        {
            LikelyCause = "These kinds exist: " + string.Join(", ", ProbeModel.All.Select(one => one.Key)) + ".",
        };
        Fault[] parsed = [.. (faults ?? []).Select(FaultCatalogue.Parse)];
        var physics = BoardPhysics.With(parsed, volts);
        var version = ProbeFirmware.TryParse(firmware ?? physics.ProbeFirmware?.Invoke(model) ?? model.DefaultFirmware, model.Hardware)
            ?? throw new UsageException("NRST0184", $"'{firmware}' is no firmware version of a {model.Product}.")
            {
                Remedies = [new Remedy($"Write it as ST does, for example {model.DefaultFirmware}.")],
            };
        if (!(volts is >= 0 and <= 5.5))
        {
            throw new UsageException("NRST0185", FormattableString.Invariant($"A supply of {volts} V would not leave a chip to talk to."))
            {
                Remedies = [new Remedy("Choose a voltage from 0 to 5.5; an STM32 works from 1.8 to 3.6.")],
            };
        }

        if (HasModelOf(part.Device))
        {
            Array.ForEach(parsed, fault => Check(fault, part.Device, part.Part, model));
        }

        var folder = Folder(name);
        if (folder.Exists)
        {
            throw new UsageException("NRST0182", $"A virtual board named '{name}' exists already.")
            {
                Remedies =
                [
                    new Remedy("See the boards there are.", "nrst bench list"),
                    new Remedy("Remove it first; its flash is lost with it.", $"nrst bench remove {name}"),
                ],
            };
        }

        var state = new BoardState(
            BoardState.CurrentFormat, part.Part.Name, model.Key, version.ToString(), SerialFor(name, physics.ProbeSerialIsShort), volts, [.. faults ?? []],
            Nanoseconds: 0, Probe: null, ChipFile: null, ChipSha256: null)
        {
            VcpUsart = vcpUsart,
            RawSerial = rawSerial,
            Programmed = programmed,
        };
        state = hub is null ? state : BoardSetting.Apply(state, $"hub={hub}");
        if (vcpUsart is { } usart && _chips(part.Device, part.Part, state).Usarts is { } pins && !pins.Usarts.Contains(usart))
        {
            throw new UsageException("NRST0188", $"The {part.Part.Name} has no USART{usart} for the virtual COM port.")
            {
                LikelyCause = "It has these: " + string.Join(", ", pins.Usarts) + ".",
                Remedies = [new Remedy("Choose one of them, or leave --vcp-usart away.")],
            };
        }

        folder.Write(state, chip: null);
        return Describe(name);
    }

    /// <summary>Changes what a person could change on the board with a finger or a wire: <c>boot0=1</c>, <c>boot-wiring=dtr-nrst,rts-boot0</c>.</summary>
    public BoardDescription Set(string name, IReadOnlyList<string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var folder = Existing(name);
        Do(folder, board => settings.Aggregate(board, BoardSetting.Apply), settings);
        return Describe(name);
    }

    /// <summary>Takes a board's power away and gives it back, also while another process uses the board.</summary>
    public void PowerCycle(string name) => Do(Existing(name), board => board with { PowerCycled = true }, [BoardFolder.PowerCycleDeed]);

    /// <summary>Who has the board open finds it changed when it looks next; else it is changed where it lies.</summary>
    private static void Do(BoardFolder folder, Func<BoardState, BoardState> change, IReadOnlyList<string> deeds)
    {
        if (folder.IsLocked)
        {
            change(folder.Read());
            folder.Leave(deeds);
            return;
        }

        using (folder.Lock())
        {
            folder.Write(change(folder.Read()), chip: null);
        }
    }

    public IReadOnlyList<BoardDescription> List() => !Directory.Exists(_folder)
        ? []
        : [.. Directory.EnumerateDirectories(_folder)
            .Select(path => Path.GetFileName(path))
            .Where(name => Folder(name).Exists)
            .Order(StringComparer.Ordinal)
            .Select(DescribeEvenIfDamaged)];

    public void Remove(string name)
    {
        var folder = Existing(name);
        using (folder.Lock())
        {
        }

        Directory.Delete(Path.Combine(_folder, name), recursive: true);
    }

    public bool Exists(string name) => IsName(name) && Folder(name).Exists;

    /// <summary>Powers the board and plugs its probe in. Nobody else can open it until it is disposed of.</summary>
    public VirtualBoard Open(string name)
    {
        var folder = Existing(name);
        var held = folder.Lock();
        try
        {
            var state = folder.Read();
            var (device, part) = FindPart(state.Chip) ?? throw folder.Damaged($"no chip is called '{state.Chip}'", null);
            return new VirtualBoard(name, folder, state, held, _chips(device, part, state), Exchange);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>A board of this name; where there is none and the name is a part number, a fresh one with that chip.</summary>
    public VirtualBoard OpenOrCreate(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Exists(name) && FindPart(name) is not null)
        {
            New(name, name);
        }

        return Open(name);
    }

    private BoardDescription Describe(string name)
    {
        var folder = Folder(name);
        var state = folder.Read();
        var model = ProbeModel.Find(state.Kind) ?? throw folder.Damaged($"no probe is of kind '{state.Kind}'", null);
        var probe = new ProbeIdentity(model.Product, state.Serial, state.Firmware, ProbeModel.VendorId, model.ProductId);
        return new BoardDescription(name, state.Chip, state.Kind, probe, state.Volts, state.Faults, folder.IsLocked) { Boot0 = state.Boot0, Hub = state.Hub };
    }

    private BoardDescription DescribeEvenIfDamaged(string name)
    {
        try
        {
            return Describe(name);
        }
        catch (ProbeException damaged)
        {
            return new BoardDescription(name, "", "", new ProbeIdentity("", "", "", 0, 0), 0, [], InUse: false) { Damage = damaged };
        }
    }

    private BoardFolder Folder(string name) => new(Path.Combine(_folder, name), name);

    private BoardFolder Existing(string name) => Exists(name)
        ? Folder(name)
        : throw new UsageException("NRST0180", $"There is no virtual board named '{name}'.")
        {
            Remedies =
            [
                new Remedy("See the boards there are.", "nrst bench list"),
                new Remedy("Make one.", $"nrst bench new {(IsName(name) ? name : "NAME")} --chip STM32F407VG"),
            ],
        };

    private static (Device Device, Part Part)? FindPart(string name) => DeviceDatabase.FindPart(name);

    private static UsageException UnknownChip(string chip) => new("NRST0181", $"No chip is called '{chip}', or more than one is.")
    {
        LikelyCause = "The name needs the letters up to the flash size: STM32F407VG, not STM32F4.",
        Remedies = [new Remedy("Name a chip that the bench has.", "nrst bench new NAME --chip STM32F407VG")],
    };

    private static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsName(name))
        {
            throw new UsageException("NRST0186", $"'{name}' cannot be the name of a virtual board.")
            {
                Remedies = [new Remedy("Use letters, digits, '-', '_' and '.', beginning with a letter or a digit; at most 64 of them.")],
            };
        }
    }

    internal static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0])
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    /// <summary>24 hexadecimal digits, always the same for a name.</summary>
    private static string SerialFor(string name, bool isShort) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, isShort ? 4 : 12));

    private static void Check(Fault fault, Device device, Part part, ProbeModel probe)
    {
        var site = new FaultSite(device, part, probe);
        if (fault.Kind.WhyNot(site, fault.Argument) is { } reason)
        {
            throw CannotHave(fault, part, reason);
        }

        if (!fault.Kind.Bear(site.Trial, fault.Argument))
        {
            throw CannotHave(fault, part, $"It needs this: {fault.Kind.Needs}");
        }
    }

    private static UsageException CannotHave(Fault fault, Part part, string reason) =>
        new("NRST0193", $"A board with an {part.Name} cannot have the fault '{fault}'.")
        {
            LikelyCause = reason,
            Remedies = [new Remedy("See which faults there are.", "nrst bench faults")],
        };
}
