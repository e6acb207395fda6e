using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <content>The steps of a pass.</content>
internal sealed partial class RoomMigration
{
    // The scripts refuse a room whose time is later than that: the year 2255.
    private const long LatestTime = 9_000_000_000_000_000;

    /// <summary>Takes over the room from the pass before, which may still be running: it fails with its next step then.</summary>
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        // That lists were begun must not be forgotten.
        var run = (long)(RoomPosition.NewEpoch() & 0xffff_ffff_ffff);
        _step = new ImportStep(ClassicMark.Name, run, 0, _last, IsCorrecting: IsLast || planned.Step is { IsCorrecting: true });
        if (options.DryRun)
        {
            return;
        }

        await _commits.CommitAsync(
            planned.Step is { } before
                ? _commits.At(before)
                : [Condition.HashNotExists(_key, "epoch"), Condition.HashNotExists(_key, "last"), Condition.HashNotExists(_key, ImportMark.Field)],
            transaction =>
            {
                transaction.HashSetAsync(_key,
                [
                    new("epoch", RoomCounters.BeingDeleted), new("last", _last), new("at", 0), new("rev", 0), new(DeletionMark.Field, "1 {}"), new(ImportMark.Field, _step.ToString()),
                ]).Observe();
                ImportMark.Show(transaction, _keys, new TransferScope(_room), ClassicMark.Name);
            },
            _step.ToString(), ClassicMark.Done(_last), cancellationToken).ConfigureAwait(false);
        if (!IsLast)
        {
            return;
        }

        _batch.Remove(_keys.Gone(_room));
        if (planned.Step is { IsCorrecting: true })
        {
            await RemoveListsAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // Of a last pass that was cut off. A list that the new one does not write may be of a user who has no messages any more.
    private async Task RemoveListsAsync(CancellationToken cancellationToken)
    {
        await foreach (var key in new ScopeFinder(calls).KeysAsync(_keys.BelowRoom(_room), _key, cancellationToken).ConfigureAwait(false))
        {
            if (_keys.TryReadKey(_room, key, out var scope, out var suffix) && scope == _room && suffix.StartsWith("u:", StringComparison.Ordinal))
            {
                _batch.Remove(key);
                if (_batch.Count >= WritesAtOnce)
                {
                    await FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }

        // Before anything is appended.
        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_batch.Count > 0 && !options.DryRun)
        {
            var after = _step with { Lines = _step.Lines + 1 };
            await _commits.CommitAsync(
                _commits.At(_step),
                transaction =>
                {
                    _batch.AddTo(transaction);
                    transaction.HashSetAsync(_key, ImportMark.Field, after.ToString()).Observe();
                },
                after.ToString(), ClassicMark.Done(_last), cancellationToken).ConfigureAwait(false);
            _step = after;
        }

        _batch.Clear();
    }

    private async Task CompleteAsync(CancellationToken cancellationToken)
    {
        var now = await history.ReadLastAsync(cancellationToken).ConfigureAwait(false) ?? 0;
        if (now < _last)
        {
            throw Lost();
        }

        if (now > _last)
        {
            throw new ChatTransferException(
                string.Create(CultureInfo.InvariantCulture, $"room {_room} was not completed: the classic layout has assigned {now - _last} ids since the last pass began, so a program still writes to it. Switch all programs over, and repeat the last pass."))
            {
                Room = _room,
            };
        }

        var fields = new List<HashEntry>
        {
            new("epoch", RoomPosition.NewEpoch().ToString("x", CultureInfo.InvariantCulture)), new("last", _last), new("at", Math.Min(_time, LatestTime)), new(ImportMark.DoneField, ClassicMark.Done(_last)),
        };
        if (_messages < _last)
        {
            fields.Add(new HashEntry("deleted", _last - _messages));
        }

        if (_isEncrypted)
        {
            fields.Add(new HashEntry("uses", RoomCiphers.Letter.ToString()));
        }

        if (SealBelow > 0)
        {
            fields.Add(new HashEntry("sealed", SealBelow));
        }

        await _commits.CommitAsync(
            _commits.At(_step),
            transaction =>
            {
                transaction.KeyDeleteAsync(_key).Observe();
                transaction.HashSetAsync(_key, [.. fields]).Observe();
                ImportMark.Hide(transaction, _keys, new TransferScope(_room));
            },
            null, ClassicMark.Done(_last), cancellationToken).ConfigureAwait(false);
        calls.Context.Rooms.Forget(_room);
        calls.Context.Ciphers?.Forget(_room);
    }
}
