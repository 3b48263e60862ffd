namespace Nrst.Images;

/// <summary>Keeps the bytes of many small records without an array for each.</summary>
internal sealed class ByteArena
{
    private const int BlockSize = 64 * 1024;
    private Memory<byte> _free;

    public ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _free.Length)
        {
            _free = new byte[Math.Max(BlockSize, bytes.Length)];
        }

        var kept = _free[..bytes.Length];
        _free = _free[bytes.Length..];
        bytes.CopyTo(kept.Span);
        return kept;
    }
}
