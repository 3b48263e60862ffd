namespace Nrst.Flash;

/// <summary>How long an operation takes by the data sheet, and what we make of it.</summary>
internal readonly record struct OperationTime(TimeSpan Typical, TimeSpan Max)
{
    /// <summary>Silicon is not twice as fast as its data sheet: what ends sooner was not done.</summary>
    public TimeSpan Least => Typical / 2;

    /// <summary>Twice the longest time the data sheet allows is a fault, not a slow chip.</summary>
    public TimeSpan Limit => (Max * 2) + TimeSpan.FromMilliseconds(50);

    /// <summary>One after the other.</summary>
    public static OperationTime operator +(OperationTime first, OperationTime second) =>
        new(first.Typical + second.Typical, first.Max + second.Max);

    /// <summary>Both at the same time.</summary>
    public static OperationTime Longer(OperationTime first, OperationTime second) =>
        new(first.Typical > second.Typical ? first.Typical : second.Typical, first.Max > second.Max ? first.Max : second.Max);

    public static OperationTime operator *(OperationTime one, double times) => new(one.Typical * times, one.Max * times);
}
