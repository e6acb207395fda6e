namespace RedisChat;

/// <summary>The name of an input in an error, such as <c>messages[3].Text</c>. Formatted only for an error, because every send is checked.</summary>
internal readonly record struct ArgumentName(string Argument, int Index = -1, string Property = "")
{
    public override string ToString() => (Index < 0 ? Argument : $"{Argument}[{Index}]") + (Property == "" ? "" : $".{Property}");
}
