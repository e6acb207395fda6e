using System.ComponentModel;
using System.Globalization;

namespace RedisChat;

/// <summary>Rejects a string where the configuration must have a section. Without a converter, the string would be silently ignored.</summary>
internal sealed class SectionOnlyConverter : TypeConverter
{
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
        sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        throw new FormatException("This is a section with several values, not one value.");
}
