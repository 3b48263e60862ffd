namespace Nrst.VirtualBench.Chips;

/// <summary>How the board feeds the chip, besides the volts on VDD. The default is as the data sheet wants it.</summary>
internal sealed record SupplyWiring
{
    /// <summary>The capacitor of the core regulator (VCAP) is there.</summary>
    public bool HasCoreCapacitor { get; init; } = true;

    /// <summary>VDDA and VSSA are connected.</summary>
    public bool HasAnalogSupply { get; init; } = true;

    /// <summary>PDR_ON is low and nothing outside takes the place of the power-down reset.</summary>
    public bool PowerDownResetIsOff { get; init; }

    /// <summary>Where VDD sinks to while the charge pump of the flash draws current; null for a supply that holds.</summary>
    public double? SagVolts { get; init; }

    /// <summary>How far VDD wanders to either side.</summary>
    public double DriftVolts { get; init; }

    /// <summary>The board has no coil: a step-down converter that software switches on gives nothing.</summary>
    public bool LacksCoil { get; init; }
}
