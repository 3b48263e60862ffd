namespace Nrst.Usb.Tests;

/// <summary>The files a Linux machine has about USB, in a folder of their own.</summary>
internal sealed class Machine : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("nrst-usb-").FullName;

    public UsbMachine As(UsbSystem system) => new(system, Root);

    public Machine WithFile(string path, string content)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return this;
    }

    public Machine WithLink(string path, string target)
    {
        var link = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, target);
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
