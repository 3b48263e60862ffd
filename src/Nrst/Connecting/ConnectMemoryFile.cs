using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nrst;

/// <summary>Which way to connect worked, in a small JSON file. A file that is damaged, or cannot be written, is no error.</summary>
public sealed class ConnectMemoryFile(string path) : IConnectMemory
{
    private const int MostEntries = 64;

    // Several boards at once are remembered by one process.
    private static readonly Lock s_file = new();

    public RememberedRung? Recall(string probe) => Read().LastOrDefault(entry => entry.Probe == probe);

    /// <summary>The newest entry stands last; one a probe and board is kept.</summary>
    public void Remember(RememberedRung rung)
    {
        ArgumentNullException.ThrowIfNull(rung);
        lock (s_file)
        {
            Write(rung);
        }
    }

    private void Write(RememberedRung rung)
    {
        var known = Read();
        var entries = known.Where(entry => entry.Probe != rung.Probe || entry.Board != rung.Board).Append(rung).TakeLast(MostEntries).ToArray();
        if (entries.SequenceEqual(known))
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var beside = $"{path}.{Environment.ProcessId}";
            File.WriteAllText(beside, JsonSerializer.Serialize(entries, ConnectMemoryJson.Default.RememberedRungArray));
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next connection takes a moment longer, and that is all.
        }
    }

    private RememberedRung[] Read()
    {
        try
        {
            var read = JsonSerializer.Deserialize(File.ReadAllText(path), ConnectMemoryJson.Default.RememberedRungArray);
            return [.. (read ?? []).Where(entry => entry is not null)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = true, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RememberedRung[]))]
internal sealed partial class ConnectMemoryJson : JsonSerializerContext;
